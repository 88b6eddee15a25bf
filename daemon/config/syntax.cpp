#include "config/syntax.hpp"

#include "base/escape.hpp"

namespace sluice::config {

void report_syntax_error(const SyntaxError& error, std::uint16_t file, Diagnostics& diagnostics) {
  Span place{file, error.line, error.column, error.line, error.column + 1};
  diagnostics.error("syntax", place, log_escaped(error.description));
}

}  // namespace sluice::config
