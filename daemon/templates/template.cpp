#include "templates/template.hpp"

#include "templates/json_string.hpp"
#include "templates/template_compiler.hpp"

namespace sluice::templates {
namespace {

/// A lone placeholder as a JSON value.
void append_typed(std::string& out, const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: out += "null"; return;
    case Value::Kind::literal:
    case Value::Kind::json: out += value.text; return;
    case Value::Kind::text:
      out += '"';
      append_escaped(out, value.text, Escape::json);
      out += '"';
  }
}

/// A value within a text.
void append_value(std::string& out, const Value& value, Escape escape) {
  switch (value.kind) {
    case Value::Kind::null: return;
    case Value::Kind::literal: out += value.text; return;
    case Value::Kind::text: append_escaped(out, value.text, escape); return;
    case Value::Kind::json:
      if (value.text.starts_with('"')) {
        append_escaped(out, decode_json_string(value.text), escape);
      } else {
        append_escaped(out, value.text, escape);
      }
  }
}

}  // namespace

Template::Template(std::string constant) {
  if (!constant.empty())
    pieces_.push_back({.dynamic = false, .typed = false, .text = std::move(constant), .placeholder = {}});
}

Template Template::compile(const config::Located<std::string>& text, const Scope& scope, Escape escape,
                           config::Diagnostics& diagnostics) {
  TemplateCompiler compiler(scope, escape, diagnostics);
  compiler.add_text(text, false);
  return std::move(compiler).finish();
}

std::string_view Template::constant_text() const {
  return pieces_.empty() ? std::string_view() : std::string_view(pieces_.front().text);
}

void Template::render(const Values& values, std::string& out) const {
  for (const auto& piece : pieces_) {
    if (!piece.dynamic) {
      out += piece.text;
    } else if (piece.typed) {
      append_typed(out, values.get(piece.placeholder));
    } else {
      append_value(out, values.get(piece.placeholder), escape_);
    }
  }
}

std::string_view Template::render(const Values& values, Arena& arena) const {
  if (constant()) return constant_text();
  // One buffer a thread, so that a steady stream of requests allocates nothing; given back after an outsized
  // text.
  constexpr std::size_t most_kept = std::size_t{256} * 1024;
  thread_local std::string scratch;
  scratch.clear();
  render(values, scratch);
  auto text = arena.copy(scratch);
  if (scratch.capacity() > most_kept) std::string().swap(scratch);
  return text;
}

std::vector<const Placeholder*> Template::placeholders() const {
  std::vector<const Placeholder*> used;
  for (const auto& piece : pieces_) {
    if (piece.dynamic) used.push_back(&piece.placeholder);
  }
  return used;
}

}  // namespace sluice::templates
