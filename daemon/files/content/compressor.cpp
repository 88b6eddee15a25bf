#include "files/content/compressor.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

namespace sluice::files {

namespace {

constexpr int gzip_level = 6;
constexpr int brotli_quality = 6;
constexpr int zstd_level = 9;

std::optional<std::string> gzip(std::string_view octets) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;  // 16: with the head and check sum of gzip
  if (deflateInit2(&stream, gzip_level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
  std::string out(deflateBound(&stream, octets.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(octets.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  bool complete = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return complete ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> brotli(std::string_view octets) {
  std::string out(BrotliEncoderMaxCompressedSize(octets.size()), '\0');
  auto size = out.size();
  bool complete = BrotliEncoderCompress(brotli_quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, octets.size(),
                                        reinterpret_cast<const std::uint8_t*>(octets.data()), &size,
                                        reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE;
  out.resize(size);
  return complete ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> zstd(std::string_view octets) {
  std::string out(ZSTD_compressBound(octets.size()), '\0');
  auto size = ZSTD_compress(out.data(), out.size(), octets.data(), octets.size(), zstd_level);
  if (ZSTD_isError(size)) return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace

std::optional<std::string> compress(std::string_view octets, http::Coding coding) {
  std::optional<std::string> out;
  switch (coding) {
    case http::Coding::gzip: out = gzip(octets); break;
    case http::Coding::brotli: out = brotli(octets); break;
    case http::Coding::zstd: out = zstd(octets); break;
    case http::Coding::identity: break;
  }
  if (out) out->shrink_to_fit();
  return out;
}

}  // namespace sluice::files
