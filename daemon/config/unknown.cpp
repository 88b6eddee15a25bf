#include "config/unknown.hpp"

#include <algorithm>
#include <optional>

#include "config/catalogue.hpp"
#include "config/preamble.hpp"
#include "config/words.hpp"

namespace sluice::config {
namespace {

bool is_repeated(const Entry& entry) {
  return entry.header.starts_with("[[") && entry.header.find('.') == std::string::npos;
}

/// The place in the language where a key is at home; one in the section `near` is preferred, then a section that there
/// may be many of: people write more [[route]] than [metrics].
std::optional<Entry> find_home(std::string_view key, std::string_view near) {
  std::optional<Entry> home;
  for (auto& entry : catalogue()) {
    if (entry.field->name != key) continue;
    bool is_near = entry.path.starts_with(std::string(near) + ".");
    bool is_likelier = home && home->header.starts_with('[') && !is_repeated(*home) && is_repeated(entry);
    if (!home || is_near || is_likelier) home = std::move(entry);
    if (is_near) break;
  }
  return home;
}

/// The action keys of a section beside which a key may stand: "`text` or `html`".
std::string actions_beside(const Entry& home) {
  std::string out;
  for (const auto& entry : catalogue()) {
    if (entry.path == home.path && !entry.beside.empty()) out += (out.empty() ? "" : " or ") + in_ticks(entry.beside);
  }
  return out;
}

std::string belongs(const Entry& home, std::string_view where) {
  auto key = in_ticks(home.field->name);
  if (home.header.empty()) return key + " belongs at the top of the file, before the first table";
  if (!home.beside.empty() && home.header == where) return key + " goes with " + actions_beside(home);
  return home.field->type.is_table ? "write [" + home.path + "]" : key + " belongs in " + home.header;
}

/// A key of another table that is spelt like this one and takes its value, where there is nothing better to
/// say.
std::string similar_elsewhere(const Member& member, std::string_view where) {
  auto entries = catalogue();
  std::erase_if(entries, [&](const Entry& entry) {
    return entry.header.empty() || !detail::accepts(entry.field->type.kinds, member.value.kind);
  });
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) names.push_back(entry.field->name);
  auto meant = nearest(member.key, names);
  if (meant.empty()) return {};
  auto entry = std::ranges::find_if(entries, [&](const Entry& e) { return e.field->name == meant; });
  return "did you mean " + in_ticks(meant) + (entry->header == where ? "" : " in " + entry->header) + "?";
}

std::string section_name(std::string_view where) {
  auto first = where.find_first_not_of('[');
  if (first == std::string_view::npos) return {};
  return std::string(where.substr(first, where.find_first_of(".]", first) - first));
}

/// In the order in which the section declares them, which begins with those that matter most: a long list is cut.
std::string keys_here(const std::vector<std::string_view>& known) {
  std::vector<std::string> keys;
  for (auto key : known) {
    if (std::ranges::find(keys, key) == keys.end()) keys.emplace_back(key);
  }
  return "keys here: " + listed(keys);
}

std::vector<std::string_view> preamble_keys() {
  std::vector<std::string_view> keys;
  for (const auto& field : preamble_fields()) keys.push_back(field.name);
  return keys;
}

/// The headers of all sections, with commas.
std::string headers() {
  std::string out;
  for (const auto& [name, section] : Sections::all().by_name()) out += (out.empty() ? "" : ", ") + header_of(section);
  return out;
}

/// A section as its header, a key of the preamble as itself.
std::string name_at_top(std::string_view name) {
  const auto* section = Sections::all().find(name);
  return section ? header_of(*section) : in_ticks(name);
}

bool is_section(const Value& value) {
  return value.is(Value::Kind::table) || (!value.items.empty() && value.items.front().is(Value::Kind::table));
}

/// Where something that means nothing at the top of a file would mean something. A table is at home only
/// where a table is, unless nothing else can be said.
std::string hint_at_home(const Member& member, bool is_table) {
  auto home = find_home(member.key, {});
  bool fits = home && home->field->type.is_table == is_table;
  auto advice = fits ? std::string() : std::string(advice_for_foreign_word(member.key));
  if (!advice.empty()) return advice;
  return home ? belongs(*home, {}) : similar_elsewhere(member, {});
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
  const auto* section = is_section(member.value) ? Sections::all().find(member.key) : nullptr;
  if (section) {
    finding.label = "a section stands by itself: write " + header_of(*section);
    meant = {};
  } else if (!meant.empty()) {
    finding.label = "did you mean " + in_ticks(meant) + "?";
  } else if (auto advice = advice_for_foreign_word(member.key, section_name(where)); !advice.text.empty()) {
    finding.label = advice.text;
    meant = advice.key;
  } else if (auto home = find_home(member.key, section_name(where))) {
    finding.label = belongs(*home, where);
  } else {
    finding.label = advice_for_foreign_word(member.key);
  }
  if (finding.label.empty()) finding.label = similar_elsewhere(member, where);
  if (finding.label.empty()) {
    meant = completed(member.key, known);
    if (!meant.empty()) finding.label = "did you mean " + in_ticks(meant) + "?";
  }
  return meant;
}

std::string_view report_unknown_section(const Member& member, Diagnostics& diagnostics) {
  auto shown = in_ticks(member.key);
  bool is_table = is_section(member.value);
  auto& finding =
      is_table ? diagnostics.error("unknown-section", member.key_span, "unknown section " + shown)
               : diagnostics.error("unknown-key", member.key_span, "unknown key " + shown + " at the top of the file");
  auto known = preamble_keys();
  finding.help = is_table ? "sections: " + headers() : keys_here(known);
  for (const auto& [name, section] : Sections::all().by_name()) known.push_back(name);

  auto meant = nearest(member.key, known);
  if (meant.empty() && is_table) meant = completed(member.key, known);
  finding.label = meant.empty() ? hint_at_home(member, is_table) : "did you mean " + name_at_top(meant) + "?";
  return meant;
}

}  // namespace sluice::config
