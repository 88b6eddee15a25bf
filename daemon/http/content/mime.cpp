#include "http/content/mime.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "base/text.hpp"

namespace sluice::http {

namespace {

struct Entry {
  std::string_view extensions;  // separated by spaces
  std::string_view type;
};

/// What a web server meets. `ts` is TypeScript source here, not a Qt translation or a video: whoever looks into the
/// file may know better.
constexpr Entry entries[] = {
    {"html htm shtml", "text/html"},
    {"xhtml xht", "application/xhtml+xml"},
    {"css", "text/css"},
    {"js mjs cjs", "text/javascript"},  // RFC 9239
    {"json map", "application/json"},
    {"geojson", "application/geo+json"},  // RFC 7946
    {"json5", "application/json5"},
    {"jsonld", "application/ld+json"},
    {"webmanifest", "application/manifest+json"},
    {"wasm", "application/wasm"},
    {"xml xsd", "application/xml"},
    {"xsl xslt", "application/xslt+xml"},
    {"rss", "application/rss+xml"},
    {"atom", "application/atom+xml"},
    {"svg", "image/svg+xml"},
    {"txt text log conf ini cfg toml ts tsx mts cts jsx vue py rs go sh", "text/plain"},
    {"md markdown", "text/markdown"},
    {"csv", "text/csv"},
    {"tsv", "text/tab-separated-values"},
    {"yaml yml", "application/yaml"},  // RFC 9512
    {"ics", "text/calendar"},
    {"vcf", "text/vcard"},
    {"vtt", "text/vtt"},
    {"c h cc cpp hpp java kt swift lua rb pl diff patch sha256 sha512 md5", "text/plain"},
    {"png", "image/png"},
    {"apng", "image/apng"},
    {"jpg jpeg jpe jfif", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"jxl", "image/jxl"},
    {"heic", "image/heic"},
    {"ico cur", "image/vnd.microsoft.icon"},
    {"bmp", "image/bmp"},
    {"tif tiff", "image/tiff"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"eot", "application/vnd.ms-fontobject"},
    {"mp4 m4v", "video/mp4"},
    {"webm", "video/webm"},
    {"3gp", "video/3gpp"},
    {"ogv", "video/ogg"},
    {"mov qt", "video/quicktime"},
    {"mkv", "video/matroska"},
    {"avi", "video/x-msvideo"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"mpd", "application/dash+xml"},
    {"m4s", "video/iso.segment"},
    {"mp3", "audio/mpeg"},
    {"m4a", "audio/mp4"},
    {"aac", "audio/aac"},
    {"ogg oga opus", "audio/ogg"},
    {"flac", "audio/flac"},
    {"wav", "audio/wav"},
    {"mid midi", "audio/midi"},
    {"weba", "audio/webm"},
    {"pdf", "application/pdf"},
    {"epub", "application/epub+zip"},
    {"rtf", "application/rtf"},
    {"asc sig", "application/pgp-signature"},
    {"zip", "application/zip"},
    {"gz tgz", "application/gzip"},
    {"bz2", "application/x-bzip2"},
    {"xz", "application/x-xz"},
    {"zst", "application/zstd"},
    {"br", "application/octet-stream"},
    {"7z", "application/x-7z-compressed"},
    {"tar", "application/x-tar"},
    {"rar", "application/vnd.rar"},
    {"jar war", "application/java-archive"},
    {"apk", "application/vnd.android.package-archive"},
    {"deb", "application/vnd.debian.binary-package"},
    {"bin exe dll iso img dmg msi", "application/octet-stream"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"glb", "model/gltf-binary"},
    {"gltf", "model/gltf+json"},
    {"stl", "model/stl"},
    {"sqlite", "application/vnd.sqlite3"},
    {"parquet", "application/vnd.apache.parquet"},
};

constexpr std::size_t longest_extension = 16;

/// Takes the next word off the front of a line: what is left of it before a comment.
bool next_word(std::string_view& rest, std::string_view& word) {
  auto begin = rest.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos || rest[begin] == '#') return false;
  auto end = std::min(rest.find_first_of(" \t\r", begin), rest.size());
  word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return true;
}

std::string read_all(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

bool takes_charset(std::string_view media_type) {
  auto type = trim(media_type.substr(0, media_type.find(';')));
  if (to_lower(media_type).find("charset=") != std::string::npos) return false;
  return type.starts_with("text/") || type == "application/javascript" || type == "application/xml" ||
         type.ends_with("+xml");
}

std::string with_charset(std::string_view media_type) {
  return std::string(media_type) + (takes_charset(media_type) ? "; charset=utf-8" : "");
}

void MimeTypes::set(std::string extension, std::string_view type) {
  types_.insert_or_assign(std::move(extension), with_charset(type));
}

void MimeTypes::add_missing(std::string_view lines) {
  for (auto line : split(lines, '\n')) {
    std::string_view type, extension;
    if (!next_word(line, type)) continue;
    while (next_word(line, extension)) {
      auto key = to_lower(extension);
      if (!types_.contains(key)) set(std::move(key), type);
    }
  }
}

const MimeTypes& MimeTypes::builtin() {
  static const MimeTypes table = [] {
    MimeTypes types;
    for (const auto& entry : entries) {
      for (auto extension : split(entry.extensions, ' ')) types.set(std::string(extension), entry.type);
    }
    return types;
  }();
  return table;
}

const MimeTypes& MimeTypes::system() {
  static const MimeTypes table = [] {
    MimeTypes types = builtin();
    types.add_missing(read_all("/etc/mime.types"));
    return types;
  }();
  return table;
}

std::string_view MimeTypes::type_of_extension(std::string_view extension) const {
  auto found = types_.find(extension);
  return found == types_.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view MimeTypes::type_of(std::string_view file_name) const {
  auto type = find(file_name);
  return type.empty() ? unknown : type;
}

std::string_view MimeTypes::find(std::string_view file_name) const {
  auto dot = file_name.rfind('.');
  auto slash = file_name.rfind('/');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  auto extension = file_name.substr(dot + 1);
  if (extension.empty() || extension.size() > longest_extension) return {};

  std::array<char, longest_extension> lower;
  std::ranges::transform(extension, lower.begin(), [](char c) { return to_lower(c); });
  return type_of_extension({lower.data(), extension.size()});
}

}  // namespace sluice::http
