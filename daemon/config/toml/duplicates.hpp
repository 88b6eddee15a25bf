#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/findings/diagnostics.hpp"

namespace sluice::config {

/// Reports a key or table that the parser refuses because it was given before: both places, and which
/// brackets to write. `what` is the parser's description; `line_begin` and `at` are offsets of octets in `text`,
/// that of source number `file`.
void report_redefinition(std::string_view what, std::uint16_t file, std::string_view text, std::size_t line_begin,
                         std::size_t at, Diagnostics& diagnostics);

}  // namespace sluice::config
