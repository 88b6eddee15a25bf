/// Texts with placeholders: compiling and rendering, and the escaping that keeps values in their place.

#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "config/toml/parser.hpp"
#include "input.hpp"
#include "site/request_values.hpp"
#include "templates/template.hpp"

using namespace sluice;

namespace {

/// Every placeholder has the text of the input's second part.
class SameText final : public templates::Values {
 public:
  explicit SameText(std::string_view text) : text_(text) {}
  templates::Value get(const templates::Placeholder&) const override { return templates::Value::of(text_); }
  Arena& arena() const override { return arena_; }

 private:
  mutable Arena arena_;
  std::string_view text_;
};

std::string render(const templates::Template& compiled, std::string_view value) {
  std::string out;
  SameText values(value);
  compiled.render(values, out);
  Arena arena;
  fuzz::require(compiled.render(values, arena) == out, "both ways to render give the same");
  return out;
}

void check_escapes(std::string_view value) {
  std::string html, field, log, uri;
  templates::append_escaped(html, value, templates::Escape::html);
  fuzz::require(html.find_first_of("<>\"'") == std::string::npos, "no markup comes out of a value");
  templates::append_escaped(field, value, templates::Escape::field);
  fuzz::require(field.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a field stays one line");
  templates::append_escaped(log, value, templates::Escape::log);
  fuzz::require(log.find_first_of(std::string_view("\r\n\0\x1b", 4)) == std::string::npos, "a log line stays one line");
  templates::append_escaped(uri, value, templates::Escape::uri);
  fuzz::require(uri.find_first_of("?# \r\n\"<>\\") == std::string::npos, "a path stays a path");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  auto escape = static_cast<templates::Escape>(input.below(6));
  std::string text(input.line()), value(input.rest());
  check_escapes(value);

  auto scope = site::request_scope();
  scope.add("name", site::path_parameter);
  config::Diagnostics diagnostics;
  auto compiled = templates::Template::compile({text, {}}, scope, escape, diagnostics);
  if (!diagnostics.failed()) render(compiled, value);

  auto parsed = config::parse_value(text);
  if (!parsed) return 0;
  config::Diagnostics more;
  auto json = templates::Template::compile_json(*parsed, scope, more);
  if (more.failed()) return 0;
  if (valid_utf8(text))
    fuzz::require(nlohmann::json::accept(render(json, value)), "JSON comes out, whatever the values");
  return 0;
}
