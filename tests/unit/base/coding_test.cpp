#include <doctest/doctest.h>

#include "base/base64.hpp"
#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "base/percent.hpp"

using namespace sluice;
using namespace std::string_view_literals;

namespace {
std::optional<std::string> decoded(std::string_view text) {
  std::string out(text.size(), '\0');
  auto size = percent_decode(text, out.data());
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}
std::string form_decoded(std::string_view text) {
  std::string out(text.size(), '\0');
  out.resize(form_decode(text, out.data()));
  return out;
}
}  // namespace

TEST_CASE("base64 gives the vectors of RFC 4648 section 10") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xFB\xFF") == "+/8=");
  CHECK(base64_url("\xFB\xFF") == "-_8");
  for (auto text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) CHECK(parse_base64(base64(text)) == text);
  for (auto bad : {"Zg", "Zg=", "Zh==", "Z===", "====", "Zm9v!m8=", "Zg==Zg==", "-_8="}) CHECK_FALSE(parse_base64(bad));
}

TEST_CASE("hex goes both ways") {
  CHECK(hex("\x00\x7f\xff"sv) == "007fff");
  CHECK(parse_hex("007FfF") == "\x00\x7f\xff"sv);
  CHECK_FALSE(parse_hex("0"));
  CHECK_FALSE(parse_hex("0g"));
}

TEST_CASE("percent-decoding happens once and refuses bad escapes") {
  CHECK(decoded("a%20b%2F%2f") == "a b//");
  CHECK(decoded("%2541") == "%41");
  CHECK(decoded("a+b") == "a+b");
  CHECK(decoded("%00") == "\0"sv);
  for (auto bad : {"%", "%4", "a%", "%zz", "%4g", "% 41"}) CHECK_FALSE(decoded(bad));
}

TEST_CASE("form text takes plus as space and leaves bad escapes alone") {
  CHECK(form_decoded("a+b%2B") == "a b+");
  CHECK(form_decoded("100%") == "100%");
  CHECK(form_decoded("%zz%4") == "%zz%4");
  CHECK(form_decoded("%%41") == "%A");
}

TEST_CASE("percent-encoding keeps unreserved characters and what it is told to keep") {
  CHECK(percent_encoded("a b/\xC3\xA4~") == "a%20b%2F%C3%A4~");
  CHECK(percent_encoded("a b/c", "/") == "a%20b/c");
}

TEST_CASE("sizes are written in the largest unit that divides them") {
  CHECK(to_string(0_B) == "0B");
  CHECK(to_string(1500_B) == "1500B");
  CHECK(to_string(64_KiB) == "64KiB");
  CHECK(to_string(1024_KiB) == "1MiB");
  CHECK(to_string(3_GiB) == "3GiB");
}
