#pragma once

#include <cstdint>
#include <string>

#include "config/findings/diagnostics.hpp"

namespace sluice::config {

/// A fault of syntax in the words and at the place of the parser.
struct SyntaxError {
  std::string description;
  std::uint32_t line = 0, column = 0;  // from 1; column in code points
};

/// The offset in octets of a line and column of `text`; the end of the line or text where they lie behind it.
std::size_t offset_of(std::string_view text, std::uint32_t line, std::uint32_t column);

/// Reports it in the words of people: which quote, bracket or `=` is missing, where a key was given first. `text` is
/// that of source number `file`.
void report_syntax_error(const SyntaxError& error, std::uint16_t file, std::string_view text, Diagnostics& diagnostics);

}  // namespace sluice::config
