#include "files/content/compressor.hpp"
#include "http/content/compressible.hpp"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

using namespace sluice;
using namespace sluice::files;

TEST_CASE("every coding makes text smaller, and the result is what its name says") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i) + "\n";
  auto gzip = compress(text, http::Coding::gzip);
  auto zstd = compress(text, http::Coding::zstd);
  auto brotli = compress(text, http::Coding::brotli);
  REQUIRE(gzip);
  REQUIRE(zstd);
  REQUIRE(brotli);
  for (auto* out : {&*gzip, &*zstd, &*brotli}) CHECK(out->size() < text.size() / 2);

  std::string back(text.size(), '\0');
  CHECK(ZSTD_decompress(back.data(), back.size(), zstd->data(), zstd->size()) == text.size());
  CHECK(back == text);

  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(gzip->data());
  stream.avail_in = static_cast<uInt>(gzip->size());
  stream.next_out = reinterpret_cast<Bytef*>(back.data());
  stream.avail_out = static_cast<uInt>(back.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  inflateEnd(&stream);
  CHECK(back == text);
  CHECK(compress("", http::Coding::gzip));
}

TEST_CASE("text is worth compressing, what is compressed already is not") {
  for (auto type : {"text/html; charset=utf-8", "text/javascript", "application/json", "image/svg+xml; charset=utf-8",
                    "application/wasm", "application/manifest+json", "font/ttf"}) {
    CHECK(http::is_compressible(type));
    CHECK_FALSE(http::is_compressed(type));
  }
  for (auto type : {"image/png", "video/mp4", "font/woff2", "application/zip", "audio/mpeg"}) {
    CHECK_FALSE(http::is_compressible(type));
    CHECK(http::is_compressed(type));
  }
  CHECK_FALSE(http::is_compressible("application/octet-stream"));
  CHECK_FALSE(http::is_compressed("application/octet-stream"));
}
