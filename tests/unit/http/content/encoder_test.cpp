#include "http/content/encoder.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/decoded.hpp"

using namespace sluice;
using http::Coding;
using Then = http::Encoder::Then;

namespace {

constexpr Coding codings[] = {Coding::gzip, Coding::zstd};

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761u) + " ";
  text.resize(size);
  return text;
}

std::string decode(Coding coding, std::string_view bytes) { return test::decoded(http::token(coding), bytes); }

}  // namespace

TEST_CASE("an encoder encodes contents of any size, whole and in pieces") {
  for (auto coding : codings)
    for (bool small : {false, true})
      for (std::size_t size : {0u, 1u, 100u, 16384u, 300000u})
        for (std::size_t piece : {std::size_t{1} + size, std::size_t{1} + size / 7}) {
          CAPTURE(http::token(coding));
          auto text = text_of(size);
          auto encoder = http::Encoder::make(coding, small);
          REQUIRE(encoder);
          std::string out;
          for (std::size_t at = 0; at < size; at += piece)
            REQUIRE(encoder->append(out, std::string_view(text).substr(at, piece), Then::more));
          REQUIRE(encoder->append(out, {}, Then::end));
          CHECK(decode(coding, out) == text);
          if (size > 10000) CHECK(out.size() < size * 3 / 4);
        }
}

TEST_CASE("what was flushed can be decoded before the end") {
  for (auto coding : codings) {
    auto encoder = http::Encoder::make(coding, true);
    REQUIRE(encoder);
    std::string out, all;
    for (std::size_t size : {1u, 20u, 16383u, 16384u, 16385u, 100000u, 3u}) {
      auto piece = text_of(size);
      all += piece;
      REQUIRE(encoder->append(out, piece, Then::flush));
      CHECK(decode(coding, out) == all);
    }
    REQUIRE(encoder->append(out, "", Then::end));
    CHECK(decode(coding, out) == all);
  }
}

TEST_CASE("what cannot be compressed grows by little") {
  std::string noise(200000, '\0');
  std::uint32_t state = 1;
  for (auto& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (auto coding : codings) {
    auto encoder = http::Encoder::make(coding, false);
    std::string out;
    REQUIRE(encoder->append(out, noise, Then::end));
    CHECK(decode(coding, out) == noise);
    CHECK(out.size() < noise.size() + 1000);
  }
}

TEST_CASE("there are encoders for what is quick enough") {
  CHECK(http::Encoder::make(Coding::brotli, false) == nullptr);
  CHECK(http::Encoder::make(Coding::identity, false) == nullptr);
  CHECK(http::Encoder::codings().has(Coding::gzip));
  CHECK_FALSE(http::Encoder::codings().has(Coding::brotli));
}
