#include "config/findings/swallowed.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/findings/unknown.hpp"
#include "config/findings/words.hpp"
#include "config/toml/syntax.hpp"

namespace sluice::config {
namespace {

using Kind = Value::Kind;

const Field* find_field(const std::vector<Field>& fields, std::string_view name) {
  auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const Field* find_field(const Section& section, std::string_view name) {
  for (const auto& part : section.fields) {
    if (const auto* field = find_field(part(), name)) return field;
  }
  return nullptr;
}

bool has_header(const Value& table, const Diagnostics& diagnostics) {
  if (!table.is(Kind::table) || table.inline_table || !table.span.known()) return false;
  std::string_view text = diagnostics.sources[table.span.file].text;
  text.remove_prefix(offset_of(text, table.span.line, 1));
  return trim(text.substr(0, text.find('\n'))).starts_with('[');
}

/// Whether a table whose keys the user names may have this one: `range` lists the words of its values.
bool may_be_named(const Field& inner, const Member& member) {
  if (inner.name == "headers") return member.value.is(Kind::boolean);  // `false` removes one
  if (member.value.is(Kind::table)) return true;
  auto word = std::string_view(member.value.text);
  if (word.ends_with('?')) word.remove_suffix(1);
  return member.value.is(Kind::string) && !word.empty() && inner.type.range.find(word) != std::string::npos;
}

bool is_swallowed(const Section& section, const Field& inner, const Member& member) {
  const auto* meant = find_field(section, member.key);
  if (!meant || !detail::accepts(meant->type.kinds, member.value.kind)) return false;
  if (inner.type.any_key) return !may_be_named(inner, member);
  return inner.type.fields && !find_field(*inner.type.fields, member.key);
}

void report(const Section& section, const std::string& path, const Value& inner, const std::string& name,
            const std::vector<Member>& members, Diagnostics& diagnostics) {
  std::vector<std::string> keys;
  for (const auto& member : members) keys.push_back(in_ticks(member.key));
  auto outer = section.repeated ? header_of(section) : "[" + path + "]";
  auto header = "[" + path + "." + name + "]";
  auto& finding =
      diagnostics.error("swallowed-key", members.front().key_span,
                        listed(keys) + (keys.size() == 1 ? " is" : " are") + " in " + header + ", not in " + outer);
  finding.label = "a table goes on until the next header";
  finding.notes.push_back({inner.span, "it begins here"});
  finding.help = "move " + listed(keys) + " above the line " + header;
}

}  // namespace

void return_swallowed(const Section& section, const std::string& path, Value& table, Diagnostics& diagnostics) {
  std::vector<Member> returned;
  for (auto& [key, span, inner] : table.members) {
    const auto* field = find_field(section, key);
    if (!field || !(field->type.any_key || field->type.fields) || !has_header(inner, diagnostics)) continue;
    auto kept = std::ranges::stable_partition(
        inner.members, [&](const Member& member) { return !is_swallowed(section, *field, member); });
    if (kept.empty()) continue;
    std::vector<Member> members(std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
    inner.members.erase(kept.begin(), kept.end());
    report(section, path, inner, key, members, diagnostics);
    std::ranges::move(members, std::back_inserter(returned));
  }
  for (auto& member : returned) {
    if (!table.find(member.key)) table.members.push_back(std::move(member));
  }
}

}  // namespace sluice::config
