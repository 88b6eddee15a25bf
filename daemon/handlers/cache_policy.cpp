#include "handlers/cache_policy.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/text.hpp"

namespace sluice::handlers {

namespace {

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

template <class Predicate>
bool any(std::string_view text, Predicate predicate) {
  return std::ranges::any_of(text, predicate);
}
template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::ranges::all_of(text, predicate);
}

bool contains(std::initializer_list<std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// What bundlers name by its content. Documents, archives and music are named by people.
bool is_code(std::string_view extension) {
  return contains({"js", "mjs", "cjs", "css", "map", "wasm", "woff", "woff2", "ttf", "otf", "eot"}, extension);
}
bool is_picture(std::string_view extension) {
  return contains({"png", "jpg", "jpeg", "gif", "webp", "avif", "jxl", "svg", "ico", "mp4", "webm"}, extension);
}

/// webpack, Parcel, Hugo, Rails, Django: as many hexadecimal digits of one case as they take of a digest, letters and
/// numerals among them.
bool is_hex_hash(std::string_view text) {
  constexpr std::array<std::size_t, 9> lengths = {8, 12, 16, 20, 32, 40, 64, 96, 128};
  return std::ranges::find(lengths, text.size()) != lengths.end() &&
         all(text, [](char c) { return hex_value(c) >= 0; }) && any(text, is_digit) && any(text, is_alpha) &&
         !(any(text, is_upper) && any(text, is_lower));
}

/// `Version2`, `JohnDoe1`, `RELEASE7`: words, and a number behind them.
bool is_words_and_number(std::string_view text) {
  auto letters = text.substr(0, text.find_last_not_of("0123456789") + 1);
  if (letters.empty() || letters.size() == text.size() || !all(letters, is_alpha)) return false;
  if (all(letters, is_upper)) return true;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    bool followed = i + 1 < letters.size() && is_lower(letters[i + 1]);
    if (is_upper(letters[i]) && !followed) return false;
  }
  return true;
}

/// How often a letter of one case or a numeral stands beside something of another kind.
std::size_t changes_of_kind(std::string_view text) {
  auto kind = [](char c) { return is_upper(c) ? 0 : is_lower(c) ? 1 : is_digit(c) ? 2 : 3; };
  std::size_t changes = 0;
  for (std::size_t i = 1; i < text.size(); ++i) changes += kind(text[i]) != kind(text[i - 1]);
  return changes;
}

/// Vite, Rollup: eight characters of base64url, in which all kinds occur. Cameras and people write such names for
/// pictures, too, though not as mixed.
bool is_base64_hash(std::string_view text, std::string_view extension) {
  return text.size() == 8 && all(text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }) &&
         any(text, is_digit) && any(text, is_upper) && any(text, is_lower) && !is_words_and_number(text) &&
         (is_code(extension) || changes_of_kind(text) >= 4);
}

/// esbuild, Angular: eight characters of base32, code only. Without a numeral it may be a word, but not behind the
/// names that these tools give.
bool is_base32_hash(std::string_view text, std::string_view before, std::string_view extension) {
  if (text.size() != 8 || !is_code(extension)) return false;
  if (!all(text, [](char c) { return is_upper(c) || (c >= '2' && c <= '7'); }) || !any(text, is_upper)) return false;
  return contains({"chunk", "main", "polyfills", "styles", "scripts"}, before) ||
         (any(text, is_digit) && !is_words_and_number(text));
}

/// Numbers that tell things apart and say nothing of their content: "3f2504e0-4f89-11d3-9a0c-0305e82c3301".
bool ends_with_uuid(std::string_view stem) {
  constexpr std::size_t length = 36;
  if (stem.size() < length) return false;
  auto uuid = stem.substr(stem.size() - length);
  return uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-';
}

/// Hugo's pictures: "photo_hu1234567890abcdef_600x0_resize_box.jpg".
bool has_hash_of_picture(std::string_view stem) {
  auto at = stem.find("_hu");
  if (at == std::string_view::npos) return false;
  auto rest = stem.substr(at + 3);
  if (rest.starts_with('_')) rest.remove_prefix(1);
  auto hash = rest.substr(0, rest.find('_'));
  return hash.size() >= 16 && is_hex_hash(hash);
}

bool ends_with_hash(std::string_view stem, std::string_view extension) {
  auto is_hash_from = [&](std::size_t begin) {
    auto text = stem.substr(begin);
    auto before = stem.substr(0, begin - 1);
    return is_hex_hash(text) || is_base64_hash(text, extension) || is_base32_hash(text, before, extension);
  };
  // base64url may hold separators itself, so the eight characters at the end are tried as well.
  constexpr std::string_view separators = ".-_";
  if (stem.size() > 9 && separators.find(stem[stem.size() - 9]) != std::string_view::npos &&
      is_hash_from(stem.size() - 8)) {
    return true;
  }
  auto separator = stem.find_last_of(separators);
  return separator != std::string_view::npos && separator != 0 && is_hash_from(separator + 1);
}

/// Directories in which SvelteKit, Next, Nuxt and Astro put nothing but what never changes under its name.
bool is_in_immutable_directory(std::string_view relative) {
  auto path = '/' + std::string(relative);
  auto lies_in = [&](std::string_view directory) { return path.find(directory) != std::string::npos; };
  return lies_in("/_app/immutable/") || lies_in("/_next/static/") || lies_in("/_nuxt/") || lies_in("/_astro/");
}

}  // namespace

bool has_content_hash(std::string_view relative) {
  auto name = relative.substr(relative.rfind('/') + 1);
  auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  auto extension = name.substr(dot + 1);
  if (!is_code(extension) && !is_picture(extension)) return false;
  if (is_in_immutable_directory(relative)) return true;
  auto stem = name.substr(0, dot);
  if (extension == "map") {  // app.3f2a9c1b.js.map
    auto inner = stem.rfind('.');
    if (inner != std::string_view::npos && stem.size() - inner <= 4) stem = stem.substr(0, inner);
  }
  for (std::string_view part : {".chunk", ".bundle", ".min"}) {  // main.3f2a9c1b.chunk.js
    if (stem.ends_with(part)) stem.remove_suffix(part.size());
  }
  if (ends_with_uuid(stem)) return false;
  return ends_with_hash(stem, extension) || (is_picture(extension) && has_hash_of_picture(stem));
}

std::string_view default_cache_control(std::string_view file_name, std::string_view content_type) {
  if (content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml")) return "no-cache";
  if (has_content_hash(file_name)) return immutable_cache_control;
  return short_cache_control;
}

bool glob_matches(std::string_view glob, std::string_view path) {
  if (glob.find('/') == std::string_view::npos) path = path.substr(path.rfind('/') + 1);
  if (glob.find('/') != std::string_view::npos && !glob.starts_with('/')) path.remove_prefix(1);
  // Goes forward, and back to the last star when the rest does not fit: linear but for nested stars, of which
  // the last one that may cross slashes and the last one that may not are remembered.
  struct Retry {
    std::size_t glob = std::string_view::npos, path = 0;
  } star, double_star;
  std::size_t g = 0, p = 0;
  while (p < path.size() || g < glob.size()) {
    if (glob.substr(g).starts_with("**")) {
      bool directories = (g == 0 || glob[g - 1] == '/') && glob.substr(g + 2).starts_with('/');
      double_star = {g += 2, p};
      star = {};
      if (directories) ++g;  // none at first
      continue;
    }
    if (g < glob.size() && glob[g] == '*') {
      star = {++g, p};
      continue;
    }
    bool fits = p < path.size() && g < glob.size() && (glob[g] == path[p] || (glob[g] == '?' && path[p] != '/'));
    if (fits) {
      ++g;
      ++p;
    } else if (star.glob != std::string_view::npos && star.path < path.size() && path[star.path] != '/') {
      g = star.glob;
      p = ++star.path;
    } else if (double_star.glob != std::string_view::npos && double_star.path < path.size()) {
      star = {};
      g = double_star.glob;
      p = ++double_star.path;
    } else {
      return false;
    }
  }
  return true;
}

Result<std::vector<std::string>> expand_glob(std::string_view glob) {
  constexpr std::size_t most = 100;
  std::vector<std::string> done, open = {std::string(glob)};
  while (!open.empty()) {
    auto text = std::move(open.back());
    open.pop_back();
    auto close = text.find('}');
    auto begin = text.rfind('{', close);  // the innermost
    if (close == std::string::npos && begin == std::string::npos) {
      if (text.empty()) return fail("a glob says which files are meant, as \"*.pdf\"");
      if (text.ends_with('/')) return fail("write \"" + text + "**\" for what lies in a directory");
      for (auto segment : split(text, '/')) {
        if (segment == "..") return fail("a glob is about what lies below the root");
      }
      if (std::ranges::find(done, text) == done.end()) done.push_back(std::move(text));
      continue;
    }
    if (close == std::string::npos || begin == std::string::npos || close == begin + 1)
      return fail("alternatives are written {a,b}");
    for (auto part : split(std::string_view(text).substr(begin + 1, close - begin - 1), ',')) {
      if (done.size() + open.size() > most) return fail("it has too many alternatives");
      open.push_back(text.substr(0, begin) + std::string(part) + text.substr(close + 1));
    }
  }
  return done;
}

std::string_view CachePolicy::control_for(std::string_view relative, std::string_view content_type) const {
  if (rules_.empty()) return default_cache_control(relative, content_type);
  auto path = '/' + std::string(relative);
  for (const auto& [glob, control] : rules_) {
    if (glob_matches(glob, path)) return control;
  }
  return default_cache_control(relative, content_type);
}

}  // namespace sluice::handlers
