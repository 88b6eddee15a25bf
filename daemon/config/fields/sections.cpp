#include <algorithm>
#include <iterator>

#include "config/fields/fields.hpp"

namespace sluice::config {

Sections& Sections::all() {
  static Sections sections;
  return sections;
}

void Sections::add(Section section) {
  auto& known = sections_[section.name];
  std::ranges::move(known.fields, std::back_inserter(section.fields));  // kinds may have come before it
  known = std::move(section);
}

void Sections::join(std::string_view section, FieldsFunction fields) {
  auto& joined = sections_[std::string(section)];
  joined.name = section;
  joined.fields.push_back(std::move(fields));
}

const Section* Sections::find(std::string_view name) const {
  auto found = sections_.find(name);
  return found == sections_.end() ? nullptr : &found->second;
}

}  // namespace sluice::config
