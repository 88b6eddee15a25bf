#pragma once

#include <cstdint>

#include "config/fields/fields.hpp"

namespace sluice::site {

/// What becomes of a path that differs from a route's only in the slash at its end: the key `trailing_slash`.
enum class TrailingSlash : std::uint8_t {
  redirect,  // 307 to the form of the route
  ignore,    // both are the same
  strict,    // 404
};

/// The type of `trailing_slash` in the config language.
config::Type<TrailingSlash> trailing_slash();

}  // namespace sluice::site
