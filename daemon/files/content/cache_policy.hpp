#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace sluice::files {

/// The Cache-Control of a file for which the config says nothing: HTML and service workers are revalidated each time,
/// so that a deploy is seen; a name with a content hash never changes its meaning; the rest is kept for a minute.
/// `relative` is the path below the root.
std::string_view default_cache_control(std::string_view relative, std::string_view content_type);

inline constexpr std::string_view immutable_cache_control = "public, max-age=31536000, immutable";
inline constexpr std::string_view short_cache_control = "max-age=60, must-revalidate";

/// Whether `path` ("/a/b.css", from the root of the site) is meant by a glob. `*` and `?` stand for
/// characters of one segment, `**` for anything, `**/` for directories or none. A glob without a slash is about the
/// last segment: "*.pdf".
bool glob_matches(std::string_view glob, std::string_view path);

/// The globs that a glob with alternatives stands for: "*.{js,css}" are "*.js" and "*.css". The error says what is
/// wrong with it, and what to write.
Result<std::vector<std::string>> expand_glob(std::string_view glob);

/// Says for how long files may be kept: rules of the config in their order, the first that fits, and then
/// default_cache_control().
class CachePolicy {
 public:
  CachePolicy() = default;
  /// Pairs of a glob and the Cache-Control value, which may be empty for no such field.
  explicit CachePolicy(std::vector<std::pair<std::string, std::string>> rules) : rules_(std::move(rules)) {}

  /// The value for the file `relative` ("a/b.css"). A view that lives as long as this.
  std::string_view control_for(std::string_view relative, std::string_view content_type) const;

  /// Whether one of the rules of the config is about the file.
  bool has_rule_for(std::string_view relative) const { return rule_for(relative) != nullptr; }

 private:
  const std::string* rule_for(std::string_view relative) const;

  std::vector<std::pair<std::string, std::string>> rules_;
};

}  // namespace sluice::files
