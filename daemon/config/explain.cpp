#include <algorithm>
#include <map>

#include "config/catalogue.hpp"
#include "config/diagnostics.hpp"
#include "config/manual.hpp"
#include "config/topics.hpp"
#include "config/unknown.hpp"
#include "config/words.hpp"

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

std::string line(std::string_view label, std::string_view text) {
  if (text.empty()) return {};
  auto padded = std::string(label) + std::string(9 - label.size(), ' ');
  return "  " + padded + std::string(text) + "\n";
}

std::string key_list(const std::vector<const Field*>& fields) {
  std::size_t widest = 0;
  for (const auto* field : fields) widest = std::max(widest, field->name.size());
  std::string out = "\n  keys\n";
  for (const auto* field : fields) {
    out += "    " + field->name + std::string(widest + 2 - field->name.size(), ' ') + field->description + "\n";
  }
  return out;
}

std::string text_of(const Entry& entry) {
  const auto& field = *entry.field;
  auto out = entry.path + "\n\n";
  if (!field.description.empty()) out += "  " + field.description + "\n\n";
  out += line("in", entry.header.empty() ? "the top of a file, before the first table" : entry.header);
  out += line("beside", entry.beside);
  out += line("type", field.type.name);
  out += line("range", field.type.range);
  out += line("default", field.is_required ? "none: it must be given" : field.default_text);
  if (!field.example_text.empty()) out += line("example", field.name + " = " + field.example_text);
  if (field.type.fields) {
    std::vector<const Field*> inside;
    for (const auto& inner : *field.type.fields) inside.push_back(&inner);
    out += key_list(inside);
  }
  return out;
}

std::string text_of(const Section& section) {
  std::vector<const Field*> keys;
  for (const auto& part : section.fields) {
    for (const auto& field : part()) {
      if (std::ranges::find(keys, field.name, &Field::name) == keys.end()) keys.push_back(&field);
    }
  }
  auto out = header_of(section) + "\n\n  " + section.description + "\n";
  return keys.empty() ? out : out + key_list(keys);
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

Result<std::string> explain(std::string_view key) {
  auto asked = without_brackets(key);
  if (auto topic = topics().find(asked); topic != topics().end()) return plain_text(topic->second);
  std::string out;
  if (const auto* section = Sections::all().find(asked)) out = text_of(*section);
  auto entries = catalogue();
  auto add_where = [&](auto&& fits) {
    for (const auto& entry : entries) {
      if (fits(entry)) out += (out.empty() ? "" : "\n") + text_of(entry);
    }
  };
  add_where([&](const Entry& entry) { return matches(entry.path, asked); });
  if (out.empty()) add_where([&](const Entry& entry) { return entry.path.ends_with("." + asked); });
  if (out.empty()) return std::unexpected(no_such_key(asked, entries));
  return out;
}

}  // namespace sluice::config
