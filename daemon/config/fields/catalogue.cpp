#include "config/fields/catalogue.hpp"

#include <algorithm>

#include "config/fields/preamble.hpp"
#include "config/findings/unknown.hpp"

namespace sluice::config {
namespace {

/// What the user names in a table of free keys.
constexpr std::string_view any_name = ".NAME";

/// Adds the keys of one table, and of the tables below it.
void add_keys(const std::vector<Field>& fields, const std::string& path, const std::string& header,
              const std::string& beside, std::vector<Entry>& entries) {
  for (const auto& field : fields) {
    auto key = path.empty() ? field.name : path + "." + field.name;
    entries.push_back({key, header, field.name == beside ? "" : beside, &field});
    if (!field.type.fields) continue;
    auto table = field.type.any_key ? key + std::string(any_name) : key;
    bool single = field.type.is_table || field.type.any_key;
    add_keys(*field.type.fields, table, single ? "[" + table + "]" : "[[" + table + "]]", beside, entries);
  }
}

}  // namespace

std::string action_of(const std::vector<Field>& fields) {
  auto action = std::ranges::find_if(fields, [](const Field& f) { return !f.exclusive_group.empty(); });
  if (action == fields.end()) action = fields.begin();
  return action == fields.end() ? "" : action->name;
}

std::vector<Entry> catalogue() {
  std::vector<Entry> entries;
  add_keys(preamble_fields(), "", "", "", entries);
  for (const auto& [name, section] : Sections::all().by_name()) {
    for (std::size_t i = 0; i < section.fields.size(); ++i) {
      const auto& fields = section.fields[i]();
      add_keys(fields, path_of(section), header_of(section), i == 0 ? "" : action_of(fields), entries);
    }
  }
  return entries;
}

}  // namespace sluice::config
