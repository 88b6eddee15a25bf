#include "files/content/decompressor.hpp"

#include <doctest/doctest.h>

#include <string>

#include "files/content/compressor.hpp"

using namespace sluice;
using namespace sluice::files;

namespace {

std::string text() {
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "line " + std::to_string(i * i) + "\n";
  return lines;
}

}  // namespace

TEST_CASE("what was compressed is decoded to the same, up to a size") {
  for (auto coding : http::codings_by_size) {
    CAPTURE(token(coding));
    for (const auto& plain : {text(), std::string("x"), std::string()}) {
      auto coded = compress(plain, coding);
      REQUIRE(coded);
      CHECK(decompress(*coded, coding, plain.size()) == plain);
      if (!plain.empty()) CHECK(decompress(*coded, coding, plain.size() - 1).error() == DecodeFault::too_large);
    }
  }
}

TEST_CASE("a bomb is not decoded beyond the size") {
  for (auto coding : http::codings_by_size) {
    auto bomb = compress(std::string(20'000'000, '\0'), coding);
    REQUIRE(bomb);
    CHECK(decompress(*bomb, coding, 100'000).error() == DecodeFault::too_large);
  }
}

TEST_CASE("what is cut short, goes on, or is something else is broken") {
  for (auto coding : http::codings_by_size) {
    CAPTURE(token(coding));
    auto coded = compress(text(), coding);
    REQUIRE(coded);
    for (const auto& bad :
         {coded->substr(0, coded->size() - 1), coded->substr(0, 10), *coded + "more", std::string(), text()}) {
      CHECK(decompress(bad, coding, 10 << 20).error() == DecodeFault::broken);
    }
  }
}

TEST_CASE("gzip and zstd may have several parts") {
  for (auto coding : {http::Coding::gzip, http::Coding::zstd}) {
    auto coded = *compress("one, ", coding) + *compress("two", coding);
    CHECK(decompress(coded, coding, 100) == "one, two");
  }
}
