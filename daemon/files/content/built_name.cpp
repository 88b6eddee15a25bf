#include "files/content/built_name.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>

#include "base/text.hpp"
#include "http/content/coding.hpp"

namespace sluice::files {

namespace {

constexpr auto code = std::to_array<std::string_view>({"js", "mjs", "cjs", "css"});
constexpr auto fonts = std::to_array<std::string_view>({"wasm", "woff", "woff2", "ttf", "otf", "eot"});
constexpr auto pictures =
    std::to_array<std::string_view>({"png", "jpg", "jpeg", "gif", "webp", "avif", "jxl", "svg", "ico", "mp4", "webm"});

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// Takes `suffix` away from the end of `text`, if it is there.
bool drop_end(std::string_view& text, std::string_view suffix) {
  bool there = text.ends_with(suffix);
  if (there) text.remove_suffix(suffix.size());
  return there;
}

/// The parts of "sub/assets/index-BxZ3kd9a.js.map".
struct Name {
  std::string directory;       // "/sub/assets/"
  std::string_view stem;       // "index-BxZ3kd9a", without what tools put behind the hash
  std::string_view extension;  // "js", with a map "js" as well

  explicit Name(std::string_view relative) {
    auto slash = relative.rfind('/') + 1;
    directory = '/' + std::string(relative.substr(0, slash));
    stem = relative.substr(slash);
    stem = http::name_without(http::coding_of_name(stem), stem);
    drop_end(stem, ".map");
    auto dot = stem.rfind('.');
    if (dot == std::string_view::npos) return;
    extension = stem.substr(dot + 1);
    stem = stem.substr(0, dot);
    for (std::string_view mark : {".chunk", ".bundle", ".min", ".lean"}) drop_end(stem, mark);
  }

  bool lies_below(std::string_view part) const { return directory.find(part) != std::string::npos; }
};

/// One or two words with a number behind them, or a number: "portrait", "JohnDoe1", "DSCF2345", "feed2025", "20240115".
bool reads_as_word(std::string_view text) {
  auto drop = [&](char first, char last) {
    auto length = std::ranges::find_if_not(text, [&](char c) { return c >= first && c <= last; }) - text.begin();
    text.remove_prefix(static_cast<std::size_t>(length));
    return length;
  };
  if (drop('A', 'Z') <= 1) {
    drop('a', 'z');
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z') text.remove_prefix(1);
    drop('a', 'z');
  }
  drop('0', '9');
  return text.empty();
}

/// "arrow-up", "big_blue", "3d-model"
bool reads_as_words(std::string_view text) {
  while (true) {
    auto begin = std::min(text.find_first_not_of("0123456789"), text.size());
    auto end = std::min(text.find_first_of("-_", begin), text.size());
    if (!reads_as_word(text.substr(begin, end - begin))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

/// What stands behind the last `.` or `-`, if anything stands before.
std::string_view last_part(std::string_view stem) {
  auto separator = stem.find_last_of(".-");
  return separator == std::string_view::npos || separator == 0 ? std::string_view() : stem.substr(separator + 1);
}

/// "3f2504e0-4f89-11d3-9a0c-0305e82c3301" tells things apart and says nothing of their content.
bool ends_with_uuid(std::string_view stem) {
  constexpr std::size_t length = 36;
  if (stem.size() < length) return false;
  auto uuid = stem.substr(stem.size() - length);
  return uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-';
}

bool is_hex(std::string_view text) {
  return text.size() >= 8 && text.size() % 2 == 0 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

/// Create React App puts nothing else into these directories.
bool has_hex_hash(const Name& name) {
  auto text = last_part(name.stem);
  bool sure = name.lies_below("/static/js/") || name.lies_below("/static/css/") || name.lies_below("/static/media/");
  return is_hex(text) && (sure || !reads_as_word(text)) && !ends_with_uuid(name.stem);
}

/// The eight characters at the end, behind `.` or `-`, which may be among them.
std::string_view last_eight(std::string_view stem) {
  if (stem.size() <= 9) return {};
  char separator = stem[stem.size() - 9];
  auto text = stem.substr(stem.size() - 8);
  bool base64url = std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
  return base64url && (separator == '-' || separator == '.') ? text : std::string_view();
}

/// Vite and Rollup: "assets/index-BxZ3kd9a.js"; VitePress: "assets/guide.md.CDNlEg8t.js",
/// "assets/chunks/theme.CDNlEg8t.js".
NameHash base64_hash(const Name& name) {
  auto text = last_eight(name.stem);
  if (text.empty()) return NameHash::none;
  bool dash = name.stem[name.stem.size() - 9] == '-';
  bool directly = name.directory.ends_with("/assets/");
  if (!directly && (dash || !name.directory.ends_with("/assets/chunks/"))) return NameHash::none;
  if (!reads_as_words(text)) return NameHash::sure;
  return directly && dash && contains(code, name.extension) ? NameHash::words : NameHash::none;
}

/// esbuild, Angular: "chunk-6ZQ7KXYV.js".
bool has_base32_hash(const Name& name) {
  constexpr auto names = std::to_array<std::string_view>({"chunk-", "main-", "polyfills-", "styles-", "scripts-"});
  auto text = last_eight(name.stem);
  auto before = name.stem.substr(0, name.stem.size() - text.size());
  return contains(code, name.extension) && !text.empty() && contains(names, before) &&
         std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'); });
}

/// Hugo: "photo_hu1234567890abcdef_600x0_resize_box.jpg".
bool has_hash_of_picture(std::string_view stem) {
  auto at = stem.find("_hu");
  if (at == std::string_view::npos) return false;
  auto rest = stem.substr(at + 3);
  if (rest.starts_with('_')) rest.remove_prefix(1);
  auto hash = rest.substr(0, rest.find('_'));
  return hash.size() >= 16 && is_hex(hash);
}

bool may_have_hash(std::string_view stem) {
  auto text = last_part(stem).size() >= 8 ? last_part(stem) : last_eight(stem);
  return std::ranges::any_of(text, is_alpha) && std::ranges::all_of(text, is_alphanumeric) && !reads_as_words(text);
}

bool is_picture_bundled(const Name& name) {
  return name.directory.ends_with("/assets/") || name.directory.ends_with("/assets/images/") ||
         name.directory.ends_with("/static/media/");
}

}  // namespace

NameHash hash_in_name(std::string_view relative) {
  Name name(relative);
  bool picture = contains(pictures, name.extension);
  bool is_code = contains(code, name.extension);
  if (!picture && !is_code && !contains(fonts, name.extension)) return NameHash::none;
  for (std::string_view directory : {"/_next/static/", "/_app/immutable/", "/_astro/", "/_nuxt/"}) {
    if (name.lies_below(directory)) return NameHash::sure;
  }
  if (picture && has_hash_of_picture(name.stem)) return NameHash::sure;
  if (picture && !is_picture_bundled(name)) return NameHash::none;
  if (has_hex_hash(name) || has_base32_hash(name)) return NameHash::sure;
  auto hash = base64_hash(name);
  return hash == NameHash::none && is_code && may_have_hash(name.stem) ? NameHash::possible : hash;
}

}  // namespace sluice::files
