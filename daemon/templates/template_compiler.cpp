#include "templates/template_compiler.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "templates/place.hpp"

namespace sluice::templates {
namespace {

constexpr std::string_view literal_braces = "write `{{` and `}}` for literal braces";

bool looks_like_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

/// Whether the whole of `text` is one placeholder.
bool is_lone_placeholder(std::string_view text) {
  return text.size() > 2 && text.front() == '{' && text[1] != '{' && text.find('}') == text.size() - 1;
}

std::string quoted_placeholder(std::string_view name) { return "`{" + std::string(name) + "}`"; }

}  // namespace

void TemplateCompiler::add_constant(std::string_view text) {
  if (text.empty()) return;
  if (pieces_.empty() || pieces_.back().dynamic) pieces_.emplace_back();
  pieces_.back().text += text;
}

void TemplateCompiler::add_text(const config::Located<std::string>& text, bool escape_constants) {
  std::string_view content = text.value;
  auto add = [&](std::string_view plain) {
    if (!escape_constants) return add_constant(plain);
    std::string escaped;
    append_escaped(escaped, plain, escape_);
    add_constant(escaped);
  };

  std::size_t at = 0;
  while (at < content.size()) {
    auto brace = std::min(content.find_first_of("{}", at), content.size());
    add(content.substr(at, brace - at));
    if (brace == content.size()) return;
    if (brace + 1 < content.size() && content[brace + 1] == content[brace]) {
      add(content.substr(brace, 1));
      at = brace + 2;
    } else if (content[brace] == '}') {
      report_lone_close(text, brace);
      at = brace + 1;
    } else {
      at = add_placeholder(text, brace, false);
    }
  }
}

void TemplateCompiler::add_json_string(const config::Located<std::string>& text) {
  if (is_lone_placeholder(text.value)) {
    add_placeholder(text, 0, true);
    return;
  }
  add_constant("\"");
  add_text(text, true);
  add_constant("\"");
}

Template TemplateCompiler::finish() && {
  Template done;
  done.pieces_ = std::move(pieces_);
  done.escape_ = escape_;
  return done;
}

std::size_t TemplateCompiler::add_placeholder(const config::Located<std::string>& text, std::size_t open, bool typed) {
  auto close = text.value.find_first_of("{}\n", open + 1);
  if (close == std::string::npos || text.value[close] != '}') {
    report_unclosed(text, open);
    return close == std::string::npos ? text.value.size() : close;
  }
  auto name = std::string_view(text.value).substr(open + 1, close - open - 1);
  Template::Piece piece{.dynamic = true, .typed = typed, .text = {}, .placeholder = {}};
  if (name.empty()) {
    auto& error = diagnostics_.error("empty-placeholder", place_within(diagnostics_.sources, text, open, close + 1),
                                     "a placeholder needs a name");
    error.label = "name it, or write `{{}}` for literal braces";
    error.help = names_help();
  } else if (!scope_.accepts(name, piece.placeholder)) {
    report_unknown(text, name, open + 1);
  } else if (is_environment(piece.placeholder.slot)) {
    add_environment(text, open + 1, piece.placeholder.name, typed);
  } else {
    scope_.use(piece.placeholder);
    pieces_.push_back(std::move(piece));
  }
  return close + 1;
}

void TemplateCompiler::add_environment(const config::Located<std::string>& text, std::size_t at,
                                       const std::string& variable, bool typed) {
  const char* value = std::getenv(variable.c_str());
  if (!value) {
    auto end = at + std::string_view("env.").size() + variable.size();
    diagnostics_.error("unset-variable", place_within(diagnostics_.sources, text, at, end),
                       "the environment variable `" + variable + "` is not set");
    return;
  }
  std::string escaped;
  append_escaped(escaped, value, escape_);
  add_constant(typed ? '"' + escaped + '"' : escaped);
}

void TemplateCompiler::report_unclosed(const config::Located<std::string>& text, std::size_t open) {
  auto& error = diagnostics_.error("unclosed-placeholder", place_within(diagnostics_.sources, text, open, open + 1),
                                   "this `{` is never closed");
  error.label = "no `}` follows";
  error.help = literal_braces;
}

void TemplateCompiler::report_lone_close(const config::Located<std::string>& text, std::size_t at) {
  auto& error =
      diagnostics_.error("lone-brace", place_within(diagnostics_.sources, text, at, at + 1), "this `}` closes nothing");
  error.label = "write `}}` for a literal brace";
}

void TemplateCompiler::report_unknown(const config::Located<std::string>& text, std::string_view name, std::size_t at) {
  auto& error =
      diagnostics_.error("unknown-placeholder", place_within(diagnostics_.sources, text, at, at + name.size()),
                         "unknown placeholder " + quoted_placeholder(name));
  if (auto names = scope_.names(); name.ends_with('.') && std::ranges::find(names, name) != names.end()) {
    error.message = quoted_placeholder(name) + " names nothing";
    error.label = "a name follows the dot: " + quoted_placeholder(std::string(name) + "NAME");
    return;
  }
  auto suggestion = suggestion_for(name);
  if (!suggestion.empty()) error.label = "did you mean " + quoted_placeholder(suggestion) + "?";
  error.help = looks_like_name(name) ? names_help() : literal_braces;
}

std::string TemplateCompiler::suggestion_for(std::string_view name) const {
  auto names = scope_.names();
  auto first = name.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  auto trimmed = name.substr(first, name.find_last_not_of(' ') - first + 1);
  Placeholder ignored;
  if (trimmed != name && scope_.accepts(trimmed, ignored)) return std::string(trimmed);

  // {haeder.X} misspells a prefix, not a name.
  if (auto dot = trimmed.find('.'); dot != std::string_view::npos) {
    auto prefix = config::nearest(trimmed.substr(0, dot + 1), names);
    if (prefix.ends_with('.')) return std::string(prefix) + std::string(trimmed.substr(dot + 1));
  }
  std::erase_if(names, [](std::string_view known) { return known.ends_with('.'); });
  return std::string(config::nearest(trimmed, names));
}

std::string TemplateCompiler::names_help() const {
  std::vector<std::string> shown;
  for (auto name : scope_.names()) {
    shown.push_back(name.ends_with('.') ? "{" + std::string(name) + "NAME}" : "{" + std::string(name) + "}");
  }
  std::ranges::sort(shown);
  shown.erase(std::ranges::unique(shown).begin(), shown.end());
  std::string help = "placeholders here: ";
  for (const auto& name : shown) help += (&name == &shown.front() ? "" : ", ") + name;
  return shown.empty() ? std::string(literal_braces) : help;
}

}  // namespace sluice::templates
