#include "config/findings/unknown.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "config/fields/catalogue.hpp"
#include "config/fields/preamble.hpp"
#include "config/findings/words.hpp"

namespace sluice::config {
namespace {

std::string section_name(std::string_view where) {
  auto first = where.find_first_not_of('[');
  if (first == std::string_view::npos) return {};
  return std::string(where.substr(first, where.find_first_of(".]", first) - first));
}

/// How likely somebody who writes in the section `near` (empty: at the top of a file) means this key; less is likelier.
/// The server as a whole comes before any section of it, and people write more [[route]] than [metrics].
std::size_t rank(const Entry& entry, std::string_view near, const Value& value) {
  constexpr std::array likely = {"", "server", "log", "route", "static", "websocket"};
  auto section = section_name(entry.header);
  auto place = section == near && !near.empty()
                   ? 0
                   : static_cast<std::size_t>(std::ranges::find(likely, section) - likely.begin()) + 1;
  bool inside = entry.header.find('.') != std::string::npos;
  constexpr std::size_t takes_no_such_value = 100;
  return 2 * place + (inside ? 1 : 0) +
         (detail::accepts(entry.field->type.kinds, value.kind) ? 0 : takes_no_such_value);
}

/// The place in the language where a key is most likely at home.
std::optional<Entry> find_home(std::string_view key, std::string_view near, const Value& value) {
  std::optional<Entry> home;
  for (auto& entry : catalogue()) {
    if (entry.field->name != key) continue;
    if (!home || rank(entry, near, value) < rank(*home, near, value)) home = std::move(entry);
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
  if (home.field->type.is_table) return "write [" + home.path + "]";
  auto advice = key + " belongs in " + home.header;
  bool is_around = where.starts_with("[" + section_name(home.header) + ".");
  return is_around ? advice + ": move it above the line " + std::string(where) : advice;
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
  auto home = find_home(meant, section_name(where), member.value);
  return "did you mean " + in_ticks(meant) + (home->header == where ? "" : " in " + home->header) + "?";
}

/// "[log.access]" → "log.access".
std::string_view table_name(std::string_view where) {
  auto first = where.find_first_not_of('[');
  return first == std::string_view::npos ? where : where.substr(first, where.find(']', first) - first);
}

/// The key of `known` that an advice such as "write `path`" begins with.
std::string_view key_of_advice(std::string_view advice, const std::vector<std::string_view>& known) {
  constexpr std::string_view begin = "write `";
  if (!advice.starts_with(begin)) return {};
  advice = advice.substr(begin.size(), advice.find('`', begin.size()) - begin.size());
  return std::ranges::find(known, advice) == known.end() ? std::string_view() : advice;
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
  if (auto advice = advice_for_foreign_word(member.key, ""); !advice.text.empty()) return std::string(advice.text);
  auto home = find_home(member.key, {}, member.value);
  bool fits = home && home->field->type.is_table == is_table;
  auto advice = fits ? std::string() : std::string(advice_for_foreign_word(member.key));
  if (!advice.empty()) return advice;
  return home ? belongs(*home, {}) : similar_elsewhere(member, {});
}

}  // namespace

std::string path_of(const Section& section) { return section.named ? section.name + ".NAME" : section.name; }

std::string header_of(const Section& section) {
  return section.repeated ? "[[" + section.name + "]]" : "[" + path_of(section) + "]";
}

std::string_view reason_for_brackets(const Section& section) {
  if (section.named) return "each has a name and single brackets";
  return section.repeated ? "there may be several, so write double brackets"
                          : "there is only one, so write single brackets";
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
  } else if (auto advice = advice_for_foreign_word(member.key, table_name(where)); !advice.text.empty()) {
    finding.label = advice.text;
    meant = advice.key;
  } else if (auto home = find_home(member.key, section_name(where), member.value)) {
    finding.label = belongs(*home, where);
  } else {
    auto words = advice_for_foreign_word(member.key);
    finding.label = words;
    meant = key_of_advice(words, known);
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
