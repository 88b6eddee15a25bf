#include "handlers/compressor.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sluice::handlers {

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

std::string_view without_parameters(std::string_view type) { return trim(type.substr(0, type.find(';'))); }

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

constexpr auto compressible_types = std::to_array<std::string_view>({
    "application/json",
    "application/javascript",
    "application/xml",
    "application/wasm",
    "application/yaml",
    "application/rtf",
    "application/vnd.ms-fontobject",
    "application/vnd.apple.mpegurl",
    "font/ttf",
    "font/otf",
    "image/bmp",
    "image/vnd.microsoft.icon",
    "image/x-icon",
    "model/stl",
});

constexpr auto compressed_types = std::to_array<std::string_view>({
    "image/png",
    "image/apng",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/jxl",
    "image/heic",
    "font/woff",
    "font/woff2",
    "application/zip",
    "application/gzip",
    "application/zstd",
    "application/x-bzip2",
    "application/x-xz",
    "application/x-7z-compressed",
    "application/vnd.rar",
    "application/java-archive",
    "application/epub+zip",
});

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

bool is_compressible(std::string_view content_type) {
  auto type = without_parameters(content_type);
  return type.starts_with("text/") || type.ends_with("+xml") || type.ends_with("+json") ||
         contains(compressible_types, type);
}

bool is_compressed(std::string_view content_type) {
  auto type = without_parameters(content_type);
  return type.starts_with("video/") || (type.starts_with("audio/") && type != "audio/wav" && type != "audio/midi") ||
         contains(compressed_types, type);
}

}  // namespace sluice::handlers
