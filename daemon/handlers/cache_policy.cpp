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

/// The letters that stand behind each letter in words: in names of files and documentation of some hundred packages,
/// pairs of at least eight words, abbreviations as "xml" and "btn" among them. 4 of 10 pairs are in no words.
constexpr std::array<std::string_view, 26> letters_behind = {
    "abcdefghijklmnprstuvwxyz",   // a
    "abcdefijlmnoprstuy",         // b
    "abcdefhiklmoprstuy",         // c
    "abcdefghijlmnorstuvwy",      // d
    "abcdefghijklmnopqrstuvwxy",  // e
    "abcdefilorstuy",             // f
    "adeghilmnoprstuy",           // g
    "aeilmnorstuy",               // h
    "abcdefgiklmnoprstvxz",       // i
    "aeiosu",                     // j
    "acdeghilnorstuy",            // k
    "abcdefiklmoprstuvy",         // l
    "abcdeilmoprsuy",             // m
    "abcdefghijklmnoprstuvyz",    // n
    "abcdefghijklmnoprstuvwxy",   // o
    "abcdeghiklmoprstuvy",        // p
    "lu",                         // q
    "abcdefghiklmnoprstuvwy",     // r
    "abcdefhiklmnopqrstuvwy",     // s
    "abcdefghilmnoprstuwxy",      // t
    "abcdefgiklmnoprst",          // u
    "aeio",                       // v
    "abeghilnors",                // w
    "aceilmpt",                   // x
    "abcdefilmnoprst",            // y
    "aeioz",                      // z
};

bool is_pair_of_words(char first, char second) {
  return letters_behind[static_cast<std::size_t>(to_lower(first) - 'a')].find(to_lower(second)) !=
         std::string_view::npos;
}

/// How a text in camel case reads: "Mp3Codec" are the parts "Mp3" and "Codec", "XMLTools" are "XML" and "Tools".
/// People write few parts, made of pairs that words have; a digest has many, or odd ones.
struct Reading {
  std::size_t parts = 0;
  std::size_t odd_pairs = 0;
};

bool begins_part(std::string_view text, std::size_t i) {
  char c = text[i], before = i > 0 ? text[i - 1] : '-';
  if (is_digit(c)) return !is_alphanumeric(before);
  if (!is_alpha(c)) return false;
  if (!is_alpha(before)) return true;
  return is_upper(c) && (is_lower(before) || (i + 1 < text.size() && is_lower(text[i + 1])));
}

Reading reading_of(std::string_view text) {
  Reading reading;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_part(text, i)) {
      ++reading.parts;
    } else if (is_alpha(text[i]) && !is_pair_of_words(text[i - 1], text[i])) {
      ++reading.odd_pairs;
    }
  }
  return reading;
}

/// `Version2`, `JohnDoe1`, `RELEASE7`, `feed2025`: words, and a number behind them.
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

/// webpack, Parcel, Hugo, Rails, Django: as many hexadecimal digits of one case as they take of a digest, letters and
/// numerals among them. "feed2025" is a word.
bool is_hex_hash(std::string_view text) {
  constexpr std::array<std::size_t, 9> lengths = {8, 12, 16, 20, 32, 40, 64, 96, 128};
  return std::ranges::find(lengths, text.size()) != lengths.end() &&
         all(text, [](char c) { return hex_value(c) >= 0; }) && any(text, is_digit) && any(text, is_alpha) &&
         !(any(text, is_upper) && any(text, is_lower)) &&
         !(is_words_and_number(text) && all(text.substr(0, 4), is_alpha));
}

/// Vite, Rollup: eight characters of base64url. `bundled` is whether they stand in a directory where these tools write;
/// what names code elsewhere has to hold a numeral as well.
bool is_base64_hash(std::string_view text, bool bundled) {
  if (text.size() != 8 || !all(text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; })) return false;
  if (!any(text, is_upper) || !any(text, is_lower)) return false;
  constexpr std::size_t least = 5;
  auto reading = reading_of(text);
  auto score = reading.parts + reading.odd_pairs;
  bool numeral = any(text, is_digit);
  if (reading.parts < 2) return false;
  if (!bundled) return numeral && score >= least;
  // The digest has 128 bits, of which two are left for the first character: mostly it is one of these.
  if (text[0] >= 'B' && text[0] <= 'D') ++score;
  return (numeral || reading.odd_pairs > 0) && score >= least;
}

/// esbuild, Angular: eight characters of base32. What reads as words is none, and behind other names than these tools
/// give a numeral is wanted.
bool is_base32_hash(std::string_view text, std::string_view before) {
  if (text.size() != 8 || !any(text, is_upper)) return false;
  if (!all(text, [](char c) { return is_upper(c) || (c >= '2' && c <= '7'); })) return false;
  if (is_words_and_number(text)) return false;
  bool usual = contains({"chunk", "main", "polyfills", "styles", "scripts"}, before);
  auto reading = reading_of(text);
  if (!any(text, is_digit)) return usual && reading.odd_pairs >= 2;
  return reading.odd_pairs >= 2 || (reading.odd_pairs == 1 && (usual || reading.parts >= 3));
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

bool ends_with_hash(std::string_view stem, bool is_of_code, bool bundled) {
  auto is_hash_from = [&](std::size_t begin) {
    auto text = stem.substr(begin);
    auto before = stem.substr(0, begin - 1);
    return is_hex_hash(text) || is_base64_hash(text, bundled) || (is_of_code && is_base32_hash(text, before));
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

/// Directories in which bundlers put code, beside what others put there.
bool is_code_bundled(std::string_view relative) {
  auto path = '/' + std::string(relative);
  return path.find("/assets/") != std::string::npos || path.find("/chunks/") != std::string::npos;
}

/// Directories in which bundlers put pictures: Vite, Docusaurus, Create React App. Elsewhere people name photographs,
/// avatars and snapshots by identifiers that look like hashes.
bool is_picture_bundled(std::string_view relative) {
  auto directory = '/' + std::string(relative.substr(0, relative.rfind('/') + 1));
  return directory.ends_with("/assets/") || directory.ends_with("/assets/images/") ||
         directory.ends_with("/static/media/");
}

/// Without what tools put between the hash and the extension.
std::string_view without_marks(std::string_view stem) {
  for (std::string_view mark : {".chunk", ".bundle", ".min", ".lean"}) {  // main.3f2a9c1b.chunk.js
    if (stem.ends_with(mark)) stem.remove_suffix(mark.size());
  }
  return stem;
}

/// What installs itself in the browser and then answers for the site. Whoever keeps an old one keeps the old site.
bool is_service_worker(std::string_view name) {
  return contains(
      {"sw.js", "service-worker.js", "registerSW.js", "firebase-messaging-sw.js", "ngsw-worker.js", "ngsw.json"}, name);
}

std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

bool has_content_hash(std::string_view relative) {
  auto name = last_segment(relative);
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
  stem = without_marks(stem);
  if (ends_with_uuid(stem)) return false;
  if (is_code(extension)) return ends_with_hash(stem, true, is_code_bundled(relative));
  return has_hash_of_picture(stem) || (is_picture_bundled(relative) && ends_with_hash(stem, false, true));
}

std::string_view default_cache_control(std::string_view relative, std::string_view content_type) {
  if (content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml")) return "no-cache";
  if (is_service_worker(last_segment(relative))) return "no-cache";
  if (has_content_hash(relative)) return immutable_cache_control;
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
