#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

namespace sluice::site {

/// One piece of a path pattern between slashes.
struct PatternSegment {
  enum class Kind : std::uint8_t {
    literal,    // text: percent-decoded
    parameter,  // {name}: one segment that is not empty
    rest,       // {name...}: all that remains of the path after the slash, perhaps nothing; always last
  };
  Kind kind = Kind::literal;
  std::string text;  // literal text or parameter name

  bool operator==(const PatternSegment&) const = default;
};

/// A path pattern of the config, "/items/{id}/{rest...}", taken apart. "/" has one empty literal segment,
/// "/a/" has two: a slash at the end matters.
struct Pattern {
  std::vector<PatternSegment> segments;

  bool constant() const;  // without parameters
  /// The names of its parameters, from left to right.
  std::vector<std::string> parameters() const;
};

/// The most segments that a pattern may have, so that a request is matched on the stack.
inline constexpr std::size_t most_segments = 64;

/// Takes `text` apart. A pattern that does not begin with `/`, has a query or a fragment, a brace in the
/// middle of a segment, an empty, wrong or repeated parameter name, a rest parameter that is not last, or a
/// bad percent-escape is reported at its own column; then nothing is returned.
std::optional<Pattern> parse_pattern(const config::Located<std::string>& text, config::Diagnostics& diagnostics);

}  // namespace sluice::site
