#include "config/fields.hpp"

namespace sluice::config {

Sections& Sections::all() {
  static Sections sections;
  return sections;
}

void Sections::add(std::string name, bool repeated, std::string description, FieldsFunction fields) {
  auto& section = sections_[name];
  section.name = std::move(name);
  section.repeated = repeated;
  section.description = std::move(description);
  section.fields.insert(section.fields.begin(), std::move(fields));  // kinds may have come before it
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
