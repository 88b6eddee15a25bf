#pragma once

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <charconv>
#include <string>
#include <string_view>

namespace sluice::test {

/// As much of a gzip or zstd content as can be decoded, though its end may be missing.
inline std::string decoded(std::string_view coding, std::string_view bytes) {
  std::string text(4 << 20, '\0');
  if (coding == "zstd") {
    auto* stream = ZSTD_createDStream();
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{text.data(), text.size(), 0};
    while (in.pos < in.size) REQUIRE_FALSE(ZSTD_isError(ZSTD_decompressStream(stream, &out, &in)));
    ZSTD_freeDStream(stream);
    text.resize(out.pos);
    return text;
  }
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  auto got = inflate(&stream, Z_SYNC_FLUSH);
  CHECK((got == Z_OK || got == Z_STREAM_END || (got == Z_BUF_ERROR && bytes.empty())));
  text.resize(text.size() - stream.avail_out);
  inflateEnd(&stream);
  return text;
}

/// The content of whole chunks; `complete` tells whether the last one has come, and nothing behind it.
inline std::string unchunked(std::string_view chunks, bool* complete = nullptr) {
  std::string content;
  while (!chunks.empty()) {
    std::size_t size = 0;
    auto [end, error] = std::from_chars(chunks.data(), chunks.data() + chunks.size(), size, 16);
    REQUIRE(error == std::errc{});
    chunks.remove_prefix(static_cast<std::size_t>(end - chunks.data()) + 2);
    if (complete) *complete = size == 0 && chunks == "\r\n";
    if (size == 0) break;
    content += chunks.substr(0, size);
    chunks.remove_prefix(size + 2);
  }
  return content;
}

}  // namespace sluice::test
