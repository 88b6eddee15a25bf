#include "base/utf8.hpp"

#include <doctest/doctest.h>

using namespace sluice;

namespace {
std::string repaired(std::string_view text) {
  std::string out;
  append_valid_utf8(out, text);
  return out;
}
const std::string R(replacement_character);

/// How many octets a check takes before it refuses; npos when it never does.
std::size_t refused_at(std::string_view text) {
  Utf8Check check;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!check.add(text.substr(i, 1))) return i;
  }
  return std::string_view::npos;
}

/// Whether `text` is valid, given in two pieces that end and begin at `at`.
bool valid_in_pieces(std::string_view text, std::size_t at) {
  Utf8Check check;
  return check.add(text.substr(0, at)) && check.add(text.substr(at)) && check.complete();
}
}  // namespace

TEST_CASE("valid UTF-8 is the shortest form of a code point that is no surrogate") {
  CHECK(valid_utf8(""));
  CHECK(valid_utf8("plain ascii that is longer than one word"));
  CHECK(valid_utf8(
      "\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
  for (std::string_view bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xFE"}) {
    CHECK_FALSE(valid_utf8(bad));
    CHECK_FALSE(valid_utf8("12345678" + std::string(bad) + "12345678"));
  }
}

TEST_CASE("every code point in its shortest form is accepted") {
  for (std::uint32_t code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
    if (code >= 0xd800 && code < 0xe000) continue;
    std::string text;
    append_utf8(text, code);
    CHECK(valid_utf8(text));
    CHECK(valid_utf8("0123456789abcdef0123456789abcdef" + text + "tail"));
  }
}

TEST_CASE("overlong forms and values above U+10FFFF are refused at the octet that makes them so") {
  CHECK(refused_at("\xc0\xaf") == 0);
  CHECK(refused_at("\xc1\xbf") == 0);
  CHECK(refused_at("\xe0\x80\xaf") == 1);
  CHECK(refused_at("\xf0\x80\x80\xaf") == 1);
  CHECK(refused_at("\xf4\x90\x80\x80") == 1);
  CHECK(refused_at("\xf5\x80\x80\x80") == 0);
  CHECK(refused_at("\xed\xa0\x80") == 1);
  CHECK(refused_at("\x80") == 0);
  CHECK(refused_at("a\xffz") == 1);
  CHECK(refused_at("\xe2\x28\xa1") == 1);
}

TEST_CASE("a text that ends inside a character is not complete") {
  Utf8Check check;
  CHECK(check.add("\xf0\x9f"));
  CHECK(!check.complete());
  CHECK(check.add(""));
  CHECK(check.add("\x98"));
  CHECK(!check.complete());
  CHECK(check.add("\x80z"));
  CHECK(check.complete());
}

TEST_CASE("pieces make no difference, wherever a text is divided") {
  const std::string good = "na\xC3\xAFve \xE2\x82\xAC " + std::string(40, 'x') + "\xF0\x9F\x98\x80\xF0\x9F\x98\x80";
  for (std::size_t at = 0; at <= good.size(); ++at) {
    CHECK(valid_in_pieces(good, at));
    CHECK_FALSE(valid_in_pieces(good + "\xE2", at));
    CHECK_FALSE(valid_in_pieces(good + "\xED\xA0\x80", at));
  }
}

TEST_CASE("a bad octet is found at every position of a word") {
  for (std::size_t at = 0; at < 100; ++at) {
    std::string text(100, 'x');
    text[at] = '\x80';
    CHECK_FALSE(valid_utf8(text));
    CHECK(ascii_prefix(text) == at);
  }
}

TEST_CASE("each maximal invalid part becomes one U+FFFD, as in Python") {
  CHECK(repaired("ok") == "ok");
  CHECK(repaired("a\xFFz") == "a" + R + "z");
  CHECK(repaired("\xE2\x82") == R);
  CHECK(repaired("\xE2\x82z") == R + "z");
  CHECK(repaired("\xF0\x9F\x98\xF0\x9F\x98\x80") == R + "\xF0\x9F\x98\x80");
  CHECK(repaired("\xED\xA0\x80") == R + R + R);  // the second octet cannot follow the first
  CHECK(repaired("\xC0\xAF") == R + R);
  CHECK(repaired("\xF4\x90\x80\x80") == R + R + R + R);
}

TEST_CASE("a valid text is repaired to itself without a copy") {
  Arena arena;
  std::string_view text = "na\xC3\xAFve";
  CHECK(to_valid_utf8(text, arena).data() == text.data());
  CHECK(to_valid_utf8("a\xFF", arena) == "a" + R);
}

TEST_CASE("an invalid text that only ends early says so") {
  CHECK(utf8_step("\xE2\x82").truncated);
  CHECK_FALSE(utf8_step("\xE2\x41").truncated);
}

TEST_CASE("code points are encoded and counted") {
  std::string out;
  for (std::uint32_t code : {0x41u, 0xE4u, 0x20ACu, 0x1F600u, 0xD800u, 0x110000u}) append_utf8(out, code);
  CHECK(out == "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80" + R + R);
  CHECK(count_code_points(out) == 6);
}
