#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::cli {

/// Whether what goes to the file descriptor `fd` may have colours: it is a terminal that knows them, and the
/// user has not set NO_COLOR (https://no-color.org).
bool wants_colour(int fd);

/// The columns of the terminal on standard output, as far as lines stay readable; 80 where there is none.
std::size_t text_width();

/// Writes to standard output; false when it cannot all be written.
bool print(std::string_view text);
/// Writes "sluice: …" and a line end to standard error.
void complain(std::string_view message);

}  // namespace sluice::cli
