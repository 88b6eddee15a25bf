#include <algorithm>

#include "config/fields/catalogue.hpp"
#include "config/fields/preamble.hpp"
#include "config/findings/unknown.hpp"
#include "config/manual/manual.hpp"
#include "config/manual/topics.hpp"

namespace sluice::config {
namespace {

/// Text for a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(std::string_view text) { return text.empty() ? "" : "`" + cell(text) + "`"; }

std::string row(const Field& field) {
  auto type = cell(field.type.name);
  if (!field.type.range.empty()) type += ": " + cell(field.type.range);
  auto value = field.is_required ? "required" : code(field.default_text);
  auto meaning = cell(field.description);
  if (!field.example_text.empty()) meaning += " Example: " + code(field.example_text);
  return "| " + code(field.name) + " | " + type + " | " + value + " | " + meaning + " |\n";
}

std::string rows(const std::vector<Field>& fields) {
  std::string out = "| Key | Type | Default | Meaning |\n|---|---|---|---|\n";
  for (const auto& field : fields) out += row(field);
  return out + "\n";
}

/// The tables below a table, each with a heading of its own.
void add_inner_tables(const std::vector<Field>& fields, const std::string& path, std::string& out) {
  for (const auto& field : fields) {
    if (!field.type.fields) continue;
    auto inner = path + "." + field.name + (field.type.any_key ? ".NAME" : "");
    out += "### " + code("[" + inner + "]") + "\n\n" + rows(*field.type.fields);
    add_inner_tables(*field.type.fields, inner, out);
  }
}

void add_section(const Section& section, std::string& out) {
  out += "## " + code(header_of(section)) + "\n\n" + section.description + "\n\n";
  for (std::size_t i = 0; i < section.fields.size(); ++i) {
    const auto& fields = section.fields[i]();
    if (fields.empty()) continue;
    auto action = i == 0 ? "" : action_of(fields);
    if (!action.empty()) out += "### " + code(header_of(section)) + " with " + code(action) + "\n\n";
    out += rows(fields);
    add_inner_tables(fields, path_of(section), out);
  }
}

}  // namespace

std::string reference() {
  std::string out =
      "# The keys of the configuration\n\n"
      "Made by `sluice reference` from the key tables of the daemon. `sluice explain KEY` shows one of "
      "them.\n"
      "Durations are written `\"250ms\"`, `\"2s\"`, `\"5m\"`, `\"1h\"`, `\"1d\"`; sizes `\"512B\"`, "
      "`\"64KiB\"`, `\"1MiB\"`, `\"1GiB\"`.\n"
      "Keys that begin with `x-` are the user's own and mean nothing to the daemon.\n"
      "The end of this page lists what `{name}` and `${env:NAME}` stand for in texts.\n\n"
      "## At the top of a file\n\n" +
      rows(preamble_fields());
  for (bool repeated : {false, true}) {
    for (const auto& [name, section] : Sections::all().by_name()) {
      if (section.repeated == repeated) add_section(section, out);
    }
  }
  for (const auto& [name, topic] : topics()) out += markdown(topic);
  out.pop_back();  // one newline at the end
  return out;
}

}  // namespace sluice::config
