#pragma once

#include <string>

#include "config/findings/diagnostics.hpp"

namespace sluice::config {

/// One line of a source as a terminal shows it, and where the marks go below it.
struct Excerpt {
  std::string line;        // tabs as spaces, control characters as U+FFFD, cut when very long
  std::size_t indent = 0;  // columns of the terminal before the marks
  std::size_t width = 1;   // of the marks, at least 1
};

/// The first line of `span`, which must be known.
Excerpt excerpt_of(Span span, const Diagnostics& diagnostics);

}  // namespace sluice::config
