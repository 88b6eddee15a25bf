#include <algorithm>
#include <map>

#include "config/fields/catalogue.hpp"
#include "config/fields/preamble.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/findings/unknown.hpp"
#include "config/findings/words.hpp"
#include "config/manual/manual.hpp"
#include "config/manual/topics.hpp"

namespace sluice::config {
namespace {

/// "[[route]].text" and "route.text" ask for the same.
std::string without_brackets(std::string_view key) {
  std::string out(key);
  std::erase_if(out, [](char c) { return c == '[' || c == ']'; });
  return out;
}

/// Whether a path of the catalogue is what was asked for: NAME stands for any name.
bool matches(std::string_view path, std::string_view asked) {
  for (;;) {
    auto dot = path.find('.'), asked_dot = asked.find('.');
    auto part = path.substr(0, dot);
    if (part != asked.substr(0, asked_dot) && part != "NAME") return false;
    if (dot == std::string_view::npos || asked_dot == std::string_view::npos) return dot == asked_dot;
    path.remove_prefix(dot + 1);
    asked.remove_prefix(asked_dot + 1);
  }
}

/// Lays out what is told, for a terminal of so many columns.
class Page {
 public:
  explicit Page(std::size_t width) : width_(width) {}

  void add_title(std::string_view title) { out_ += (out_.empty() ? "" : "\n") + std::string(title) + "\n"; }
  void add_heading(std::string_view heading) { out_ += "\n  " + std::string(heading) + "\n"; }
  void add_paragraph(std::string_view text) {
    if (!text.empty()) out_ += "\n  " + wrapped(text, 2, width_) + "\n";
  }
  /// "  type     size"; nothing when the text is empty.
  void add_line(std::string_view label, std::string_view text) {
    if (!text.empty()) out_ += "  " + padded(label, 9) + wrapped(text, 11, width_) + "\n";
  }
  /// A name, what it is, and what it means below that.
  void add_item(std::string_view name, std::size_t widest, std::string_view type, std::string_view meaning) {
    auto indent = 4 + widest + 2;
    out_ += "    " + padded(name, widest + 2) + wrapped(type, indent, width_) + "\n";
    if (!meaning.empty()) out_ += std::string(indent, ' ') + wrapped(meaning, indent, width_) + "\n";
  }
  void add_blank() { out_ += "\n"; }
  std::string take() { return std::move(out_); }

 private:
  static std::string padded(std::string_view text, std::size_t width) {
    return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
  }

  std::size_t width_;
  std::string out_;
};

/// "size: 1KiB … 1MiB; default "16KiB"".
std::string type_of(const Field& field) {
  auto text = field.type.name;
  if (!field.type.range.empty()) text += ": " + field.type.range;
  if (field.is_required) text += "; required";
  if (!field.default_text.empty()) text += "; default " + field.default_text;
  return text;
}

std::size_t widest_of(const std::vector<Field>& fields) {
  std::size_t widest = 0;
  for (const auto& field : fields) widest = std::max(widest, field.name.size());
  return widest;
}

void add_keys(Page& page, std::string_view heading, const std::vector<Field>& fields) {
  if (fields.empty()) return;
  page.add_heading(heading);
  auto widest = widest_of(fields);
  for (const auto& field : fields) page.add_item(field.name, widest, type_of(field), field.description);
}

void add_entry(Page& page, const Entry& entry) {
  const auto& field = *entry.field;
  page.add_title(entry.path);
  page.add_paragraph(field.description);
  page.add_blank();
  page.add_line("in", entry.header.empty() ? "the top of a file, before the first table" : entry.header);
  page.add_line("beside", entry.beside);
  page.add_line("type", field.type.name);
  page.add_line("range", field.type.range);
  page.add_line("default", field.is_required ? "none: it must be given" : field.default_text);
  if (!field.example_text.empty()) page.add_line("example", field.name + " = " + field.example_text);
  if (field.type.fields) add_keys(page, "keys", *field.type.fields);
}

/// The keys of every table first, then those of each action.
void add_section(Page& page, const Section& section) {
  page.add_title(header_of(section));
  page.add_paragraph(section.description);
  for (std::size_t i = 0; i < section.fields.size(); ++i) {
    const auto& fields = section.fields[i]();
    add_keys(page, i == 0 ? "keys" : "with " + in_ticks(action_of(fields)), fields);
  }
}

/// The section of "route", "model" or "model.Item".
const Section* asked_section(std::string_view asked) {
  auto dot = asked.find('.');
  const auto* section = Sections::all().find(asked.substr(0, dot));
  bool is_name = section && section->named && asked.find('.', dot + 1) == std::string_view::npos;
  return dot == std::string_view::npos || is_name ? section : nullptr;
}

std::string first_sentence(std::string_view text) {
  auto end = text.find(". ");
  return std::string(end == std::string_view::npos ? text : text.substr(0, end + 1));
}

Error no_such_key(std::string_view asked, const std::vector<Entry>& entries) {
  std::vector<std::string_view> paths, names;
  for (const auto& [name, topic] : topics()) paths.push_back(name);
  std::map<std::string_view, std::string_view> path_of_name;
  for (const auto& [name, section] : Sections::all().by_name()) paths.push_back(name);
  for (const auto& entry : entries) {
    paths.push_back(entry.path);
    names.push_back(entry.field->name);
    path_of_name.emplace(entry.field->name, entry.path);
  }
  auto meant = nearest(asked, paths);
  if (meant.empty()) {
    auto name = nearest(asked.substr(asked.rfind('.') + 1), names);
    if (!name.empty()) meant = path_of_name[name];
  }
  auto message = "there is no key " + in_ticks(asked);
  if (!meant.empty()) message += "; did you mean " + in_ticks(meant) + "?";
  auto advice = advice_for_foreign_word(asked);
  if (meant.empty() && !advice.empty()) message += "; " + std::string(advice);
  return {message};
}

}  // namespace

Result<std::string> explain(std::string_view key, std::size_t width) {
  auto asked = without_brackets(key);
  if (auto topic = topics().find(asked); topic != topics().end()) return plain_text(topic->second, width);
  Page page(width);
  bool found = false;
  if (const auto* section = asked_section(asked)) {
    add_section(page, *section);
    found = true;
  }
  auto entries = catalogue();
  auto add_where = [&](auto&& fits) {
    for (const auto& entry : entries) {
      if (!fits(entry)) continue;
      add_entry(page, entry);
      found = true;
    }
  };
  add_where([&](const Entry& entry) { return matches(entry.path, asked); });
  if (!found) add_where([&](const Entry& entry) { return entry.path.ends_with("." + asked); });
  if (!found) return std::unexpected(no_such_key(asked, entries));
  return page.take();
}

std::string contents(std::size_t width) {
  Page page(width);
  page.add_title("What a config may contain");
  page.add_paragraph(
      "`sluice explain NAME` describes each name below, and any key: `sluice explain route`, "
      "`sluice explain server.limits`, `sluice explain body_bytes`. `sluice explain GET /path` shows what "
      "serves a request. `sluice reference` prints everything.");
  auto add_list = [&page](std::string_view heading, const std::vector<std::pair<std::string, std::string>>& rows) {
    page.add_heading(heading);
    std::size_t widest = 0;
    for (const auto& [name, meaning] : rows) widest = std::max(widest, name.size());
    for (const auto& [name, meaning] : rows) page.add_item(name, widest, meaning, {});
  };
  std::vector<std::pair<std::string, std::string>> top, sections, tables, others;
  for (const auto& field : preamble_fields()) top.emplace_back(field.name, first_sentence(field.description));
  for (bool repeated : {false, true}) {
    for (const auto& [name, section] : Sections::all().by_name()) {
      if (section.repeated == repeated) sections.emplace_back(header_of(section), first_sentence(section.description));
    }
  }
  for (const auto& entry : catalogue()) {
    if (entry.field->type.is_table) tables.emplace_back(entry.path, first_sentence(entry.field->description));
  }
  for (const auto& [name, topic] : topics()) others.emplace_back(name, topic.title);
  add_list("at the top of a file", top);
  add_list("sections", sections);
  add_list("tables in them", tables);
  add_list("more", others);
  return page.take();
}

}  // namespace sluice::config
