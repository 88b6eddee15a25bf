#include "messaging/websocket_json.hpp"

#include <doctest/doctest.h>

#include <string>

using sluice::messaging::find_part;
using sluice::messaging::is_json;

namespace {

std::string part(std::string_view json, std::string_view path) {
  REQUIRE(is_json(json));
  auto found = find_part(json, path);
  return found ? std::string(*found) : "(none)";
}

}  // namespace

TEST_CASE("every kind of JSON value is recognised, with white space around") {
  for (auto good : {"null",
                    "true",
                    "false",
                    "0",
                    "-0",
                    "12",
                    "-7",
                    "1.5",
                    "1e3",
                    "1E+400",
                    "-0.0e-1",
                    "\"\"",
                    "\"a\\n\\u00fc\\\"\"",
                    "[]",
                    "[ ]",
                    "{}",
                    "{ }",
                    "[1,\"a\",null]",
                    " {\"a\" : [ { } ] } ",
                    "\t\r\n1\n",
                    "\"\\ud800\"",
                    "\"ü😀\x7f\"",
                    "100000000000000000000000"})
    CHECK(is_json(good));
}

TEST_CASE("what only looks like JSON is refused") {
  for (auto bad : {"",
                   " ",
                   "hello",
                   "nul",
                   "nulll",
                   "TRUE",
                   "01",
                   "-",
                   "+1",
                   ".5",
                   "1.",
                   "1e",
                   "1e+",
                   "0x1",
                   "NaN",
                   "Infinity",
                   "-Infinity",
                   "'a'",
                   "\"",
                   "\"a",
                   "\"\n\"",
                   "\"\\x\"",
                   "\"\\u12g4\"",
                   "\"\\u12",
                   "[",
                   "[1",
                   "[1,]",
                   "[,1]",
                   "[1 2]",
                   "{",
                   "{\"a\"}",
                   "{\"a\":}",
                   "{\"a\":1,}",
                   "{a:1}",
                   "{1:1}",
                   "{\"a\":1 \"b\":2}",
                   "]",
                   "1 2",
                   "{}{}",
                   "[1]x",
                   "// c\n1",
                   "\xef\xbb\xbf"
                   "1",
                   "\v1"})
    CHECK(!is_json(bad));
}

TEST_CASE("nesting is bounded") {
  CHECK(is_json(std::string(128, '[') + std::string(128, ']')));
  CHECK(!is_json(std::string(129, '[') + std::string(129, ']')));
  CHECK(!is_json(std::string(1 << 20, '[')));
  std::string objects;
  for (int i = 0; i < 129; ++i) objects += "{\"a\":";
  CHECK(!is_json(objects + "1" + std::string(129, '}')));
}

TEST_CASE("a part of a message keeps its spelling") {
  CHECK(part("{\"message\":100000000000000000000000}", "message") == "100000000000000000000000");
  CHECK(part("{\"message\":1e3}", "message") == "1e3");
  CHECK(part("{\"message\": 1.10 }", "message") == "1.10");
  CHECK(part("{\"message\":\"\\u00fc\"}", "message") == "\"\\u00fc\"");
  CHECK(part("{ \"a\" : { \"b\" : [ 1, { \"c\" : true } ] } }", "a.b.1.c") == "true");
  CHECK(part("{\"a\":{\"b\":[1, 2]}}", "a.b") == "[1, 2]");
  CHECK(part(" [10,20] ", "1") == "20");
}

TEST_CASE("of repeated members the last one counts") {
  CHECK(part("{\"m\":\"a\",\"m\":\"b\"}", "m") == "\"b\"");
  CHECK(part("{\"m\":{\"x\":1},\"m\":{}}", "m.x") == "(none)");
}

TEST_CASE("names are compared after their escapes") {
  CHECK(part("{\"\\u006d\":1}", "m") == "1");
  CHECK(part("{\"M\":1}", "m") == "(none)");
}

TEST_CASE("what is not there is not found") {
  CHECK(part("{}", "m") == "(none)");
  CHECK(part("{ }", "m") == "(none)");
  CHECK(part("[]", "0") == "(none)");
  CHECK(part("[1]", "1") == "(none)");
  CHECK(part("[1]", "x") == "(none)");
  CHECK(part("\"message\"", "message") == "(none)");
  CHECK(part("5", "message") == "(none)");
  CHECK(part("{\"m\":5}", "m.x") == "(none)");
}
