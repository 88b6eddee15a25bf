#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

/// The lines that a config asks for in its own words (banner, [log] request, [[websocket]] log). They go to standard
/// output exactly as written, with control characters escaped, and leave together at the end of the loop's turn.
namespace sluice::logging::user_lines {

/// Queues one line in the calling thread's buffer. `text` may hold anything.
void add(std::string_view text);

/// Writes the calling thread's lines, as far as standard output takes them without waiting.
void flush();

/// `wake` is called in this thread when a first line has been queued: it arranges for flush() to be called soon.
/// Without it, add() flushes at once.
void set_wake(std::function<void()> wake);

/// Lines that did not fit into a buffer because standard output is slow; of all threads.
std::uint64_t dropped();

}  // namespace sluice::logging::user_lines
