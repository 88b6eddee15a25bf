#include "config/toml/include.hpp"

#include <glob.h>

#include <algorithm>
#include <filesystem>

#include "config/findings/words.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*?[") != std::string_view::npos; }

/// `name` as a pattern that matches only itself.
std::string escaped(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// The matches of a pattern; gives its memory back.
class Matches {
 public:
  explicit Matches(const std::string& pattern) : failed_(::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found_)) {}
  ~Matches() { ::globfree(&found_); }
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code unreadable;
    for (std::size_t i = 0; failed_ == 0 && i < found_.gl_pathc; ++i) {
      fs::path name(found_.gl_pathv[i]);
      if (!fs::is_directory(name, unreadable)) names.push_back(name.lexically_normal().string());
    }
    std::ranges::sort(names);  // by octets: glob() itself would sort by the locale
    return names;
  }

 private:
  glob_t found_{};
  int failed_;
};

}  // namespace

std::string include_pattern(const Located<std::string>& pattern, const Diagnostics& diagnostics) {
  if (pattern->starts_with('/')) return has_wildcard(*pattern) ? *pattern : escaped(*pattern);
  auto name = has_wildcard(*pattern) ? *pattern : escaped(*pattern);
  return escaped(diagnostics.sources[pattern.span.file].directory) + "/" + name;
}

std::vector<std::string> matching_files(const std::string& pattern) { return Matches(pattern).files(); }

std::vector<std::string> included_files(const Located<std::string>& pattern, Diagnostics& diagnostics) {
  auto folder = fs::path(diagnostics.sources[pattern.span.file].path).parent_path();
  if (!has_wildcard(*pattern)) {
    auto name = (folder / *pattern).lexically_normal().string();
    std::error_code none;
    if (fs::exists(fs::symlink_status(name, none))) return {name};
    auto& finding = diagnostics.error("missing-include", pattern.span, "there is no file " + in_quotes(name));
    finding.help =
        "relative names start at the folder of this file; a pattern such as \"conf.d/*.toml\" may match "
        "nothing";
    return {};
  }
  bool absolute = pattern->starts_with('/');
  auto prefix = absolute || folder.empty() ? "" : escaped(folder.string()) + "/";
  return Matches(prefix + *pattern).files();
}

}  // namespace sluice::config
