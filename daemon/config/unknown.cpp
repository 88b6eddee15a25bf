#include "config/unknown.hpp"

#include <algorithm>
#include <optional>

#include "config/words.hpp"

namespace sluice::config {
namespace {

/// A place in the language where a key of some name is at home.
struct Home {
  std::string header;  // "[server]", "[[route]]", "[server.limits]"
  std::string beside;  // the action key that it goes with, where only some tables of the section have it
  bool is_table = false;
};

/// Looks for a key among `fields` and the tables below them.
std::optional<Home> find_home(std::string_view key, const std::vector<Field>& fields, const std::string& header) {
  auto found = std::ranges::find(fields, key, &Field::name);
  if (found != fields.end()) {
    auto action = std::ranges::find_if(fields, &Field::group_required);
    bool is_action = found->group_required || action == fields.end();
    return Home{header, is_action ? "" : action->name, found->type.is_table};
  }
  for (const auto& field : fields) {
    if (!field.type.is_table || !field.type.fields) continue;
    auto name = header.substr(header.find_first_not_of('['));
    name = name.substr(0, name.find(']'));
    if (auto inner = find_home(key, *field.type.fields, "[" + name + "." + field.name + "]")) return inner;
  }
  return std::nullopt;
}

/// The home of a key in any section; those of the section `near` come first.
std::optional<Home> find_home(std::string_view key, std::string_view near) {
  std::optional<Home> home;
  for (const auto& [name, section] : Sections::all().by_name()) {
    if (home && name != near) continue;
    for (const auto& fields : section.fields) {
      if (auto found = find_home(key, fields(), header_of(section))) {
        home = std::move(found);
        break;
      }
    }
  }
  return home;
}

std::string belongs(const std::string& key, const Home& home, std::string_view where) {
  if (!home.beside.empty() && home.header == where) return in_ticks(key) + " goes with " + in_ticks(home.beside);
  if (!home.is_table) return in_ticks(key) + " belongs in " + home.header;
  auto name = home.header.substr(home.header.find_first_not_of('['));
  return "write [" + name.substr(0, name.find(']')) + "." + key + "]";
}

std::string section_name(std::string_view where) {
  auto first = where.find_first_not_of('[');
  if (first == std::string_view::npos) return {};
  return std::string(where.substr(first, where.find_first_of(".]", first) - first));
}

std::string keys_here(const std::vector<std::string_view>& known) {
  std::vector<std::string> keys(known.begin(), known.end());
  std::ranges::sort(keys);
  auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  return "keys here: " + listed(keys);
}

}  // namespace

std::string header_of(const Section& section) {
  return section.repeated ? "[[" + section.name + "]]" : "[" + section.name + "]";
}

std::string_view report_unknown_key(const Member& member, std::string_view where,
                                    const std::vector<std::string_view>& known, Diagnostics& diagnostics) {
  auto& finding = diagnostics.error("unknown-key", member.key_span,
                                    "unknown key " + in_ticks(member.key) + " in " + std::string(where));
  if (!known.empty()) finding.help = keys_here(known);
  auto meant = nearest(member.key, known);
  if (!meant.empty()) {
    finding.label = "did you mean " + in_ticks(meant) + "?";
  } else if (member.key == "include" || member.key == "host") {
    finding.label = in_ticks(member.key) + " belongs at the top of the file, before the first table";
  } else if (auto home = find_home(member.key, section_name(where))) {
    finding.label = belongs(member.key, *home, where);
  } else {
    finding.label = advice_for_foreign_word(member.key);
  }
  return meant;
}

std::string_view report_unknown_section(const Member& member, Diagnostics& diagnostics) {
  const auto& sections = Sections::all().by_name();
  bool is_table = member.value.is(Value::Kind::table) || member.value.is(Value::Kind::array);
  auto& finding = diagnostics.error(is_table ? "unknown-section" : "unknown-key", member.key_span,
                                    is_table ? "unknown section " + in_ticks(member.key)
                                             : "unknown key " + in_ticks(member.key) + " at the top of the file");
  std::vector<std::string_view> known = {"include", "host"};
  std::vector<std::string> headers;
  for (const auto& [name, section] : sections) {
    known.push_back(name);
    headers.push_back(header_of(section));
  }
  finding.help = is_table ? "sections: " + listed(headers, headers.size()) : "keys here: host, include";
  auto meant = nearest(member.key, known);
  auto home = find_home(member.key, {});
  if (const auto* section = Sections::all().find(meant)) {
    finding.label = "did you mean " + header_of(*section) + "?";
  } else if (!meant.empty()) {
    finding.label = "did you mean " + in_ticks(meant) + "?";
  } else if (home && home->is_table == is_table) {
    finding.label = belongs(member.key, *home, {});
  } else if (auto advice = advice_for_foreign_word(member.key); !advice.empty()) {
    finding.label = advice;
  } else if (home) {
    finding.label = belongs(member.key, *home, {});
  }
  return meant;
}

}  // namespace sluice::config
