#include "http/content/compressible.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sluice::http {

namespace {

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

}  // namespace sluice::http
