#include "handlers/cache_policy.hpp"

#include <algorithm>
#include <array>

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

/// webpack, Parcel, Hugo, Rails: eight or more hexadecimal digits of one case, letters and numerals among
/// them.
bool is_hex_hash(std::string_view text) {
  return text.size() >= 8 && all(text, [](char c) { return hex_value(c) >= 0; }) && any(text, is_digit) &&
         any(text, is_alpha) && !(any(text, is_upper) && any(text, is_lower));
}

/// Vite, Rollup: eight characters of base64url, in which all kinds occur.
bool is_base64_hash(std::string_view text) {
  return text.size() == 8 && all(text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }) &&
         any(text, is_digit) && any(text, is_upper) && any(text, is_lower);
}

/// esbuild: eight characters of base32. Cameras write such names too, so only code counts.
bool is_base32_hash(std::string_view text, std::string_view extension) {
  constexpr std::array<std::string_view, 4> code = {"js", "mjs", "css", "map"};
  return text.size() == 8 && std::ranges::find(code, extension) != code.end() &&
         all(text, [](char c) { return is_upper(c) || (c >= '2' && c <= '7'); }) && any(text, is_digit) &&
         any(text, is_upper);
}

bool is_hash(std::string_view text, std::string_view extension) {
  return is_hex_hash(text) || is_base64_hash(text) || is_base32_hash(text, extension);
}

}  // namespace

bool has_content_hash(std::string_view file_name) {
  auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return false;
  auto extension = file_name.substr(dot + 1);
  auto stem = file_name.substr(0, dot);
  if (extension == "map") {  // app.3f2a9c1b.js.map
    auto inner = stem.rfind('.');
    if (inner != std::string_view::npos && stem.size() - inner <= 4) stem = stem.substr(0, inner);
  }
  // base64url may hold separators itself, so the eight characters at the end are tried as well.
  if (stem.size() > 9 && std::string_view(".-_").find(stem[stem.size() - 9]) != std::string_view::npos &&
      is_hash(stem.substr(stem.size() - 8), extension)) {
    return true;
  }
  auto separator = stem.find_last_of(".-_");
  return separator != std::string_view::npos && separator != 0 && is_hash(stem.substr(separator + 1), extension);
}

std::string_view default_cache_control(std::string_view file_name, std::string_view content_type) {
  if (content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml")) return "no-cache";
  if (has_content_hash(file_name)) return immutable_cache_control;
  return "max-age=60, must-revalidate";
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
      double_star = {g += 2, p};
      star = {};
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

std::string_view CachePolicy::control_for(std::string_view relative, std::string_view content_type) const {
  if (rules_.empty()) return default_cache_control(relative, content_type);
  auto path = '/' + std::string(relative);
  for (const auto& [glob, control] : rules_) {
    if (glob_matches(glob, path)) return control;
  }
  return default_cache_control(relative, content_type);
}

}  // namespace sluice::handlers
