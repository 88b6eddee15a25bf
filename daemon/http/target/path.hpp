#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.hpp"

namespace sluice::http {

enum class PathFault : std::uint8_t {
  none,
  bad_escape,  // '%' without two hexadecimal digits: 400
  not_utf8,    // a segment that is not UTF-8 after decoding: the name of a file, perhaps, else 400
};

/// A path as its segments, each percent-decoded once. "%2F" gives a slash inside its segment.
struct SplitPath {
  PathFault fault = PathFault::none;
  /// What stands between the slashes: "/" has one empty segment, "/a" has "a", "/a/" has "a" and "", "//a" has ""
  /// and "a". Views into the raw path, or the arena where decoding changed them.
  std::span<std::string_view> segments;
  bool escaped = false;    // decoding was needed: some segments do not lie in the raw path
  bool has_nul = false;    // a segment holds a NUL
  bool has_slash = false;  // a segment holds a slash that was "%2F"
};

/// The raw path `raw` without its segments "." and "..", which lead nowhere above "/" (RFC 3986 §5.2.4). Dots
/// that are written "%2E" are data, as in other frameworks. `raw` itself where there are none, else in `arena`.
std::string_view without_dot_segments(std::string_view raw, Arena& arena);

/// Splits and decodes the raw path of a target, which begins with '/', or is empty and has no segments.
SplitPath split_path(std::string_view raw, Arena& arena);

}  // namespace sluice::http
