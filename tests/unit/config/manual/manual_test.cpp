#include "config/manual/manual.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "config/fields/catalogue.hpp"
#include "config/findings/unknown.hpp"
#include "config/manual/schema.hpp"
#include "config/sample.hpp"
#include "config/toml/parser.hpp"

namespace {

using namespace sluice::config;

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a key is explained with type, range, default and example") {
  auto text = explain("sample.limits.header_bytes");
  REQUIRE(text);
  CHECK(*text == R"(sample.limits.header_bytes

  Largest head of a request.

  in       [sample.limits]
  type     size
  range    1KiB … 1MiB
  default  "16KiB"
  example  header_bytes = "32KiB"
)");
}

TEST_CASE("a table is explained with its keys") {
  auto text = explain("[sample.limits]");
  REQUIRE(text);
  CHECK(contains(*text, "What is too much."));
  CHECK(contains(*text, "    header_bytes  size: 1KiB … 1MiB; default \"16KiB\"\n"));
  REQUIRE(explain("[[thing]]"));
  CHECK(contains(*explain("[[thing]]"), "Tables for tests."));
}

TEST_CASE("the keys of a section are grouped by action, with type and default, in lines that fit") {
  auto text = explain("route", 60);
  REQUIRE(text);
  CHECK(contains(*text, "\n  keys\n    path"));
  CHECK(contains(*text, "; required\n"));
  CHECK(contains(*text, "\n  with `text`\n    text "));
  for (auto line : sluice::split(*text, '\n')) {
    CAPTURE(line);
    CHECK(sluice::count_code_points(line) <= 60);
  }
}

TEST_CASE("the table of contents has every section and topic, in lines that fit") {
  auto text = contents(70);
  for (const auto& [name, section] : Sections::all().by_name()) CHECK(contains(text, "    " + header_of(section)));
  CHECK(contains(text, "sample.limits"));
  CHECK(contains(text, "    include"));
  for (auto line : sluice::split(text, '\n')) CHECK(sluice::count_code_points(line) <= 70);
}

TEST_CASE("the end of a key's name is enough") {
  auto text = explain("header_bytes");
  REQUIRE(text);
  CHECK(contains(*text, "sample.limits.header_bytes\n"));
  CHECK(contains(*explain("include"), "Other files to read"));
}

TEST_CASE("a key that does not exist suggests the one that was meant") {
  CHECK(explain("sample.limts.header_bytes").error().message ==
        "there is no key `sample.limts.header_bytes`; did you mean `sample.limits.header_bytes`?");
  CHECK(contains(explain("thing.pth").error().message, "did you mean `thing.path`?"));
  CHECK(contains(explain("proxy_pass").error().message, "does not pass requests on"));
  CHECK_FALSE(explain("qqqqqqqqqqqq"));
}

TEST_CASE("every key of the catalogue can be explained by its path") {
  for (const auto& entry : catalogue()) {
    CAPTURE(entry.path);
    auto text = explain(entry.path);
    REQUIRE(text);
    CHECK(contains(*text, entry.path + "\n"));
  }
}

TEST_CASE("defaults and examples of every key are TOML") {
  for (const auto& entry : catalogue()) {
    CAPTURE(entry.path);
    if (!entry.field->default_text.empty()) CHECK(parse_value(entry.field->default_text));
    if (!entry.field->example_text.empty()) CHECK(parse_value(entry.field->example_text));
  }
}

TEST_CASE("the reference has every key of every table") {
  auto text = reference();
  CHECK(contains(text, "## `[sample]`"));
  CHECK(contains(text, "### `[sample.limits]`"));
  CHECK(contains(text,
                 "| `header_bytes` | size: 1KiB … 1MiB | `\"16KiB\"` | Largest head of a request. Example: "
                 "`\"32KiB\"` |"));
  CHECK(contains(text, "string: debug, info"));
  for (const auto& entry : catalogue()) CHECK(contains(text, "| `" + entry.field->name + "` |"));
  CHECK(text.ends_with("|\n"));
}

TEST_CASE("the schema describes every section and refuses keys that do not exist") {
  auto schema = nlohmann::json::parse(json_schema());
  CHECK(schema["$schema"] == "http://json-schema.org/draft-04/schema#");
  CHECK(schema["additionalProperties"] == false);
  const auto& sample = schema["properties"]["sample"];
  CHECK(sample["description"] == "A table for tests.");
  CHECK(sample["additionalProperties"] == false);
  CHECK(sample["patternProperties"].contains("^x-"));
  const auto& limits = sample["properties"]["limits"]["properties"];
  CHECK(limits["header_bytes"]["default"] == "16KiB");
  CHECK(limits["header_bytes"]["description"] == "Largest head of a request.");
  CHECK(limits["count"]["maximum"] == 100);
  CHECK(sample["properties"]["level"]["enum"] == nlohmann::json::array({"debug", "info"}));
  const auto& thing = schema["properties"]["thing"];
  CHECK(thing["type"] == "array");
  CHECK(thing["items"]["required"] == nlohmann::json::array({"path"}));
  CHECK(thing["items"]["oneOf"].size() == 2);
}

}  // namespace
