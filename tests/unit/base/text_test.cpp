#include "base/text.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace sluice;

namespace {
std::vector<std::string_view> pieces(std::string_view text, char separator) {
  std::vector<std::string_view> all;
  for (auto piece : split(text, separator)) all.push_back(piece);
  return all;
}
std::vector<std::string_view> items(std::string_view list) {
  std::vector<std::string_view> all;
  std::string_view item;
  while (next_list_item(list, item)) all.push_back(item);
  return all;
}
using Views = std::vector<std::string_view>;
}  // namespace

TEST_CASE("case is ignored for ASCII letters only") {
  CHECK(equals_ignoring_case("Content-Type", "content-TYPE"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK_FALSE(equals_ignoring_case("[", "{"));  // 0x5B and 0x7B differ in the same bit as letters
  CHECK_FALSE(equals_ignoring_case("\xC3\x84", "\xC3\xA4"));
  CHECK(starts_with_ignoring_case("HTTP://x", "http:"));
  CHECK_FALSE(starts_with_ignoring_case("ht", "http"));
  CHECK(ends_with_ignoring_case("PHOTO.JPG", ".jpg"));
  CHECK(to_lower("MiXeD-1") == "mixed-1");
}

TEST_CASE("trim takes spaces and tabs, nothing else") {
  CHECK(trim(" \t a b\t ") == "a b");
  CHECK(trim(" \t ").empty());
  CHECK(trim("\r\na") == "\r\na");
}

TEST_CASE("split gives every piece, empty ones too") {
  CHECK(pieces("a,b,,c", ',') == Views{"a", "b", "", "c"});
  CHECK(pieces("", ',') == Views{""});
  CHECK(pieces(",", ',') == Views{"", ""});
  CHECK(pieces("abc", ',') == Views{"abc"});
}

TEST_CASE("list items are trimmed, empty ones are skipped, quoted commas stay") {
  CHECK(items(" a , ,b,") == Views{"a", "b"});
  CHECK(items(R"("x,y", W/"a\",b" , c)") == Views{R"("x,y")", R"(W/"a\",b")", "c"});
  CHECK(items("").empty());
  CHECK(items(" , ,").empty());
  CHECK(items("\"open, end") == Views{"\"open, end"});
  CHECK(list_has_token("keep-alive, Upgrade", "upgrade"));
  CHECK_FALSE(list_has_token("upgraded", "upgrade"));
}

TEST_CASE("numbers are digits that fit, nothing else") {
  CHECK(parse_unsigned("0") == 0);
  CHECK(parse_unsigned("18446744073709551615") == UINT64_MAX);
  CHECK_FALSE(parse_unsigned("18446744073709551616"));
  for (auto bad : {"", "+1", "-1", " 1", "1 ", "0x1", "1.0"}) CHECK_FALSE(parse_unsigned(bad));
}

TEST_CASE("the first control character that is no tab is found wherever it stands") {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string text(size, '\t');
    for (std::size_t i = 0; i < size; ++i) text[i] = " ~\x80\xff\t"[i % 5];
    CHECK(find_control(text) == size);
    for (std::size_t at = 0; at < size; ++at) {
      for (char control : {'\0', '\x08', '\n', '\r', '\x1f', '\x7f'}) {
        auto marked = text;
        marked[at] = control;
        CHECK(find_control(marked) == at);
        CHECK(find_control(marked, at) == at);
        CHECK(find_control(marked, at + 1) == size);
      }
    }
  }
}

TEST_CASE("tokens are one or more tchar") {
  CHECK(is_token("X-Custom_1!"));
  for (auto bad : {"", "a b", "a:", "\xC3\xA4", "a\"", "(a)"}) CHECK_FALSE(is_token(bad));
}
