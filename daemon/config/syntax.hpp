#pragma once

#include <cstdint>
#include <string>

#include "config/diagnostics.hpp"

namespace sluice::config {

/// A fault of syntax in the words and at the place of the parser.
struct SyntaxError {
  std::string description;
  std::uint32_t line = 0, column = 0;  // from 1; column in code points
};

/// Reports it in the words of people: which quote, bracket or `=` is missing, where a key was given first.
void report_syntax_error(const SyntaxError& error, std::uint16_t file, Diagnostics& diagnostics);

}  // namespace sluice::config
