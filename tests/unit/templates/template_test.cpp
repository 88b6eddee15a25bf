#include "templates/template.hpp"

#include <doctest/doctest.h>

#include <map>

#include "config/toml/document.hpp"
#include "templates/place.hpp"

namespace {

using namespace sluice;
using namespace sluice::templates;

struct FixedValues : Values {
  std::map<std::string, Value> by_name;
  mutable Arena made;
  Arena& arena() const override { return made; }
};

constexpr Slot named = slot<FixedValues>([](const FixedValues& values, const Placeholder& placeholder) {
  auto found = values.by_name.find(placeholder.name);
  return found == values.by_name.end() ? Value() : found->second;
});

Scope scope_of(std::initializer_list<std::string> names) {
  Scope scope;
  scope.add_prefix("header.", named);
  scope.add_common();
  for (const auto& name : names) scope.add(name, Placeholder{named, 0, name});
  return scope;
}

std::string render(const std::string& text, Escape escape, std::map<std::string, Value> values) {
  config::Diagnostics diagnostics;
  auto scope = scope_of({"name", "id", "q"});
  auto compiled = Template::compile({text, {}}, scope, escape, diagnostics);
  CHECK_FALSE(diagnostics.failed());
  FixedValues fixed;
  fixed.by_name = std::move(values);
  std::string out;
  compiled.render(fixed, out);
  Arena arena;
  CHECK(compiled.render(fixed, arena) == out);
  return out;
}

/// The findings for `x = VALUE`, as "code column-end_column label".
std::string findings(const std::string& value) {
  config::Diagnostics diagnostics;
  auto document = config::load_text("t.toml", "[[route]]\nx = " + value + "\n", diagnostics);
  const auto& found = *document.find("route")->front().table.find("x");
  auto scope = scope_of({"name", "id", "q"});
  if (found.is(config::Value::Kind::string)) {
    Template::compile({found.text, found.span}, scope, Escape::none, diagnostics);
  } else {
    Template::compile_json(found, scope, diagnostics);
  }
  std::string all;
  for (const auto& one : diagnostics.all()) {
    all += one.code + " " + std::to_string(one.span.line) + ":" + std::to_string(one.span.column) + "-" +
           std::to_string(one.span.end_column) + (one.label.empty() ? "" : " " + one.label) + "\n";
  }
  return all;
}

std::string json(const std::string& value, std::map<std::string, Value> values = {}) {
  config::Diagnostics diagnostics;
  auto document = config::load_text("t.toml", "[[route]]\nx = " + value + "\n", diagnostics);
  auto scope = scope_of({"name", "id", "q"});
  auto compiled = Template::compile_json(*document.find("route")->front().table.find("x"), scope, diagnostics);
  CHECK_FALSE(diagnostics.failed());
  FixedValues fixed;
  fixed.by_name = std::move(values);
  std::string out;
  compiled.render(fixed, out);
  return out;
}

TEST_CASE("a placeholder stands for its value and doubled braces for braces") {
  CHECK(render("Hello, {name}!", Escape::none, {{"name", Value::of("Ann")}}) == "Hello, Ann!");
  CHECK(render("{name}{name}", Escape::none, {{"name", Value::of("a")}}) == "aa");
  CHECK(render("{{name}} {{{name}}}", Escape::none, {{"name", Value::of("a")}}) == "{name} {a}");
  CHECK(render("", Escape::none, {}).empty());
  CHECK(render("x{q}y", Escape::none, {}) == "xy");
}

TEST_CASE("a text without placeholders is constant") {
  config::Diagnostics diagnostics;
  auto scope = scope_of({"name"});
  auto constant = Template::compile({"a {{b}}", {}}, scope, Escape::html, diagnostics);
  CHECK(constant.constant());
  CHECK(constant.constant_text() == "a {b}");
  CHECK(Template().constant());
  CHECK_FALSE(Template::compile({"{name}", {}}, scope, Escape::none, diagnostics).constant());
}

TEST_CASE("values are escaped for the place where they stand and the text around them is not") {
  std::map<std::string, Value> values = {{"name", Value::of("<a href='x'>&\"\r\n\x01")}};
  CHECK(render("<b>{name}</b>", Escape::html, values).starts_with("<b>&lt;a href=&#39;x&#39;&gt;&amp;&quot;"));
  CHECK(render("v: {name}", Escape::field, values) == "v: <a href='x'>&\"   ");
  CHECK(render("{name}\n", Escape::log, values) == "<a href='x'>&\"\\r\\n\\x01\n");
  CHECK(render("/x/{name}", Escape::uri, {{"name", Value::of("a b/ü?")}}) == "/x/a%20b/%C3%BC%3F");
  CHECK(render("a/{name}%", Escape::name_part, {{"name", Value::of("b/ü?%2F")}}) == "a/b%2Fü?%252F%");
}

TEST_CASE("a JSON value keeps order, numbers and nesting, and has no white space") {
  CHECK(json(R"({ z = 1, a = [1.50, +2.0, 1_000, 1e5, true], "k\"" = { x = "ü\n" } })") ==
        R"({"z":1,"a":[1.50,2.0,1000,1e5,true],"k\"":{"x":"ü\n"}})");
  CHECK(json("1979-05-27 07:32:00Z") == R"("1979-05-27T07:32:00Z")");
  CHECK(json("[]") == "[]");
  CHECK(json("{}") == "{}");
  CHECK(json(R"("{{}}")") == R"("{}")");
}

TEST_CASE("a lone placeholder of a JSON value keeps its type") {
  std::map<std::string, Value> values = {
      {"id", Value::literal_of("42")}, {"name", Value::of("a\"b")}, {"q", {Value::Kind::json, R"({"a":[1]})"}}};
  CHECK(json(R"({ id = "{id}", name = "{name}", q = "{q}" })", values) == R"({"id":42,"name":"a\"b","q":{"a":[1]}})");
  CHECK(json(R"({ id = "#{id}", name = "{name}!" })", values) == R"({"id":"#42","name":"a\"b!"})");
  CHECK(json(R"({ q = "{q}" })") == R"({"q":null})");
  CHECK(json(R"({ q = "[{q}]" })") == R"({"q":"[]"})");
  CHECK(json(R"({ "x-{id}" = 1 })", values) == R"({"x-42":1})");
}

TEST_CASE("text that is not UTF-8 still gives valid JSON") {
  CHECK(json(R"("{name}")", {{"name", Value::of("a\xFF")}}) == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("a JSON string within a text loses its quotes") {
  std::map<std::string, Value> values = {{"name", {Value::Kind::json, R"("a\"\u00fc\ud83d\ude00\n")"}}};
  CHECK(render("<{name}>", Escape::none, values) == "<a\"ü😀\n>");
}

TEST_CASE("JSON has no infinity") { CHECK(findings("[inf]") == "json-number 2:6-9 write it as a string\n"); }

TEST_CASE("an unknown placeholder is found at its own column with a suggestion") {
  CHECK(findings(R"("Hello, {nmae}!")") == "unknown-placeholder 2:14-18 did you mean `{name}`?\n");
  CHECK(findings(R"("üü {nmae}")") == "unknown-placeholder 2:10-14 did you mean `{name}`?\n");
  CHECK(findings(R"("\t\u00fc {nmae}")") == "unknown-placeholder 2:16-20 did you mean `{name}`?\n");
  CHECK(findings(R"('{ name }')") == "unknown-placeholder 2:7-13 did you mean `{name}`?\n");
  CHECK(findings(R"("{haeder.X-A}")") == "unknown-placeholder 2:7-17 did you mean `{header.X-A}`?\n");
  CHECK(findings(R"("{zzz}")") == "unknown-placeholder 2:7-10\n");
  CHECK(findings(R"({ a = ["{nmae}"] })") == "unknown-placeholder 2:14-18 did you mean `{name}`?\n");
}

TEST_CASE("a fault in a multi-line string is found on its own line") {
  CHECK(findings("\"\"\"\nfirst\n  {nmae}\"\"\"") == "unknown-placeholder 4:4-8 did you mean `{name}`?\n");
  CHECK(findings("'''first\n{nmae}'''") == "unknown-placeholder 3:2-6 did you mean `{name}`?\n");
  CHECK(findings("\"\"\"a \\\n   {nmae}\"\"\"") == "unknown-placeholder 3:5-9 did you mean `{name}`?\n");
}

TEST_CASE("braces without a partner and placeholders without a name are found") {
  CHECK(findings(R"("a {name")") == "unclosed-placeholder 2:8-9 no `}` follows\n");
  CHECK(findings(R"("a } b")") == "lone-brace 2:8-9 write `}}` for a literal brace\n");
  CHECK(findings(R"("a {} b")") == "empty-placeholder 2:8-10 name it, or write `{{}}` for literal braces\n");
  CHECK(findings(R"("{a {name}")") == "unclosed-placeholder 2:6-7 no `}` follows\n");
  CHECK(findings(R"("{x} } {y")").find("lone-brace 2:10-11") != std::string::npos);
}

TEST_CASE("a place within a string that an expansion changed is the whole string") {
  config::Diagnostics diagnostics;
  auto& source = diagnostics.sources.emplace_back();
  source.path = "t.toml";
  source.text = "x = \"${env:A} {b}\"\n";
  config::Located<std::string> text{"value {b}", {.file = 0, .line = 1, .column = 5, .end_line = 1, .end_column = 19}};
  CHECK(place_within(diagnostics.sources, text, 6, 9) == text.span);
}

TEST_CASE("an environment variable is taken when the config is loaded") {
  setenv("SLUICE_TEST_VARIABLE", "a\"b", 1);
  CHECK(json(R"({ a = "{env.SLUICE_TEST_VARIABLE}", b = "<{env.SLUICE_TEST_VARIABLE}>" })") ==
        R"({"a":"a\"b","b":"<a\"b>"})");
  unsetenv("SLUICE_TEST_VARIABLE");
  CHECK(findings(R"("x {env.SLUICE_TEST_VARIABLE}")") == "unset-variable 2:9-33\n");
}

}  // namespace
