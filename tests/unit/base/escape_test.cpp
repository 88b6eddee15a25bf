#include "base/escape.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::string_view_literals;

TEST_CASE("JSON strings escape what must be escaped and keep the rest") {
  CHECK(json_string("plain") == R"("plain")");
  CHECK(json_string("a\"b\\c/\n\t\r\b\f") == R"("a\"b\\c/\n\t\r\b\f")");
  CHECK(json_string("\0\x1f\x7f"sv) == "\"\\u0000\\u001f\x7f\"");
  CHECK(json_string("\xC3\xA4\xF0\x9F\x98\x80") == "\"\xC3\xA4\xF0\x9F\x98\x80\"");
  CHECK(json_string("a\xFF") == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("HTML text cannot open a tag or leave an attribute") {
  CHECK(html_escaped("<a href=\"x\" b='y'>&amp;") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
  CHECK(html_escaped("plain \xC3\xA4") == "plain \xC3\xA4");
  CHECK(html_escaped("").empty());
}

TEST_CASE("a value between quotes ends neither its quotes nor its line") {
  std::string out;
  append_quoted_escaped(out, "x\" 200 \"\\\n\x7f\xC3\xA4 y");
  CHECK(out == "x\\\" 200 \\\"\\\\\\x0a\\x7f\\xc3\\xa4 y");
}

TEST_CASE("log text stays on one line and cannot command a terminal") {
  CHECK(log_escaped("a\r\nb\tc") == "a\\r\\nb\\tc");
  CHECK(log_escaped("\x1b[31m\x7f\0"sv) == "\\x1b[31m\\x7f\\x00");
  CHECK(log_escaped("\xC2\x9B") == "\\u009b");
  CHECK(log_escaped("\xFFz") == "\\xffz");
  CHECK(log_escaped("C:\\temp \xC3\xA4") == "C:\\temp \xC3\xA4");
}
