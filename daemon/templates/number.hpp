#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.hpp"

/// Numbers as Python reads and writes them.
namespace sluice::templates {

/// What int(text) takes: a sign, leading zeros, single underscores between digits, white space around, any
/// Unicode decimal digits, at most 4300 digits. Returns the canonical digits ("+007" → "7", "-0" → "0"):
/// `text` itself where it is canonical, else in `arena`. Nothing when it is no integer.
std::optional<std::string_view> parse_python_integer(std::string_view text, Arena& arena);

/// What float(text) takes, but neither nan nor infinities (nor what overflows to one): JSON has none of them.
std::optional<double> parse_python_float(std::string_view text, Arena& arena);

/// repr(value): the shortest digits that read back as `value`, "42.0", "1e+16", "1e-05". `value` is finite.
std::string python_repr(double value);

}  // namespace sluice::templates
