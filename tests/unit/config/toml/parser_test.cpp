#include "config/toml/parser.hpp"

#include <doctest/doctest.h>

#include "config/toml/source.hpp"

namespace {

using namespace sluice::config;

Value parsed(const std::string& text) {
  Diagnostics diagnostics;
  auto root = parse_file(add_text("test.toml", text, diagnostics), diagnostics);
  REQUIRE_MESSAGE(root, render(diagnostics, Format::human, false));
  return *root;
}

std::string place(Span span) {
  return std::to_string(span.line) + ":" + std::to_string(span.column) + "-" + std::to_string(span.end_line) + ":" +
         std::to_string(span.end_column);
}

TEST_CASE("a key that begins with a letter beyond ASCII is a fault of syntax") {
  for (auto text : {"\xc7\xa4 = 1\n", "a = 1\n\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87 = 2\n"}) {
    Diagnostics diagnostics;
    parse_file(add_text("test.toml", text, diagnostics), diagnostics);
    CHECK(diagnostics.errors() == 1);
  }
}

TEST_CASE("members keep the order of the file") {
  auto root = parsed("z = 1\na.y = 2\nm = 3\na.b = 4\n");
  REQUIRE(root.members.size() == 3);
  CHECK(root.members[0].key == "z");
  CHECK(root.members[1].key == "a");
  CHECK(root.members[1].value.members[0].key == "y");
  CHECK(root.members[1].value.members[1].key == "b");
  CHECK(root.members[2].key == "m");
}

TEST_CASE("keys and values have their exact places, columns in code points") {
  auto root = parsed("\"é\" = \"ü\" # c\n[a.b]\nx = [\n 1,\n]\n");
  CHECK(place(root.members[0].key_span) == "1:1-1:4");
  CHECK(place(root.members[0].value.span) == "1:7-1:10");
  const auto& b = root.members[1].value.members[0];
  CHECK(place(b.key_span) == "2:4-2:5");
  CHECK(place(b.value.span) == "2:1-2:6");
  CHECK(place(b.value.members[0].value.span) == "3:5-5:2");
}

TEST_CASE("a table of an array has the place of its header") {
  auto root = parsed("[[r]]\na = 1\n[[r]]\na = 2\n");
  const auto& items = root.members[0].value.items;
  REQUIRE(items.size() == 2);
  CHECK(place(items[1].span) == "3:1-3:6");
  CHECK_FALSE(items[1].inline_table);
}

TEST_CASE("numbers and dates are kept as they were written") {
  auto root = parsed("a = 1.50\nb = 1979-05-27T07:32:00Z\nc = { \"é\" = +1e3 }\nd = 0xff\n");
  CHECK(root.find("a")->text == "1.50");
  CHECK(root.find("b")->text == "1979-05-27T07:32:00Z");
  CHECK(root.find("b")->is(Value::Kind::datetime));
  CHECK(root.find("c")->find("é")->text == "+1e3");
  CHECK(root.find("c")->inline_table);
  CHECK(root.find("d")->integer == 255);
}

TEST_CASE("a byte order mark and CRLF line ends are no content") {
  auto root = parsed(
      "\xEF\xBB\xBF"
      "a = 1\r\nb = \"\"\"x\r\ny\"\"\"\r\n");
  CHECK(place(root.members[0].key_span) == "1:1-1:2");
  CHECK(root.find("b")->text == "x\ny");
}

TEST_CASE("a right-hand side is parsed alone, and has no place") {
  auto value = parse_value("[\"a\"]");
  REQUIRE(value);
  CHECK_FALSE(value->items[0].span.known());
  CHECK_FALSE(parse_value("1\nb = 2"));
  CHECK_FALSE(parse_value("nope"));
}

std::string refusal(const std::string& text) {
  Diagnostics diagnostics;
  auto file = add_text("test.toml", text, diagnostics);
  if (check_text(file, diagnostics)) parse_file(file, diagnostics);
  REQUIRE(diagnostics.all().size() == 1);
  const auto& finding = diagnostics.all()[0];
  return std::to_string(finding.span.line) + ":" + std::to_string(finding.span.column) + " " + finding.code;
}

TEST_CASE("text that is no UTF-8 text is refused at its place") {
  CHECK(refusal("a = 1\nb = \"x\xE9\"\n") == "2:7 bad-encoding");
  CHECK(refusal(std::string("a = 1\nb\0 = 2\n", 13)) == "2:2 bad-encoding");
  CHECK(refusal(std::string("\xFF\xFE"
                            "a\0",
                            4)) == "1:1 bad-encoding");
  CHECK(refusal(std::string("a\0=\0001\0", 6)) == "1:1 bad-encoding");
}

TEST_CASE("what is nested beyond reason is refused before it fills the stack") {
  std::string dots, brackets;
  for (int i = 0; i < 1'000'000; ++i) dots += "a.";
  CHECK(refusal(dots + "b = 1\n") == "1:64 too-deep");
  CHECK(refusal("[" + dots + "b]\n") == "1:65 too-deep");
  CHECK(refusal("a = { " + dots + "b = 1 }\n").ends_with("too-deep"));
  for (int i = 0; i < 200; ++i) brackets += "[";
  CHECK(refusal("a = " + brackets + std::string(200, ']') + "\n").ends_with("too-deep"));
  for (int i = 0; i < 1'000'000; ++i) brackets += "[";
  CHECK(refusal("a = " + brackets + "\n").ends_with("syntax"));
}

TEST_CASE("dots in strings and comments are no keys") {
  Diagnostics diagnostics;
  auto text =
      "a = \"" + std::string(100, '.') + "\" # " + std::string(100, '.') + "\nb =  + std::string(100, '.') + \n";
  CHECK(check_text(add_text("test.toml", text, diagnostics), diagnostics));
}

}  // namespace
