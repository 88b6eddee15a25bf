#include "websocket/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/utf8.hpp"

using sluice::websocket::is_utf8;
using sluice::websocket::Utf8Check;

namespace {

/// How many octets a check takes before it refuses; npos when it never does.
std::size_t refused_at(std::string_view text) {
  Utf8Check check;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!check.add(text.substr(i, 1))) return i;
  }
  return std::string_view::npos;
}

}  // namespace

TEST_CASE("every code point in its shortest form is accepted, surrogates are not") {
  for (std::uint32_t code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
    if (code >= 0xd800 && code < 0xe000) continue;
    std::string text;
    sluice::append_utf8(text, code);
    CHECK(is_utf8(text));
    CHECK(is_utf8("0123456789abcdef0123456789abcdef" + text + "tail"));
  }
  CHECK(!is_utf8("\xed\xa0\x80"));
  CHECK(!is_utf8("\xed\xbf\xbf"));
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
  CHECK(check.add("\x98\x80"));
  CHECK(check.complete());
}

TEST_CASE("the check agrees with the one of base on all texts of two and three octets") {
  int differences = 0;
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      std::string text{static_cast<char>(a), static_cast<char>(b)};
      if (is_utf8(text) != sluice::valid_utf8(text)) ++differences;
      if (a < 0xc0) continue;
      for (unsigned c = 0x70; c < 0xd0; ++c) {
        std::string three = text + static_cast<char>(c);
        if (is_utf8(three) != sluice::valid_utf8(three)) ++differences;
      }
    }
  }
  CHECK(differences == 0);
}

TEST_CASE("a bad octet is found wherever it stands in a long text") {
  for (std::size_t at = 0; at < 100; ++at) {
    std::string text(100, 'a');
    CHECK(is_utf8(text));
    text[at] = '\xff';
    CHECK(!is_utf8(text));
  }
}
