#pragma once

#include <string_view>

/// Lines that the config's author wrote for standard output: `[server] banner`, `[log] request`, `[[websocket]] log`. They
/// are collected by each thread and written together: a line costs no system call of its own.
namespace sluice {

/// Queues `line` and a line end. Control characters in it have been escaped by the caller. Returns true when nothing
/// was queued before: the caller then sees to it that flush_user_lines() is called at the end of the turn.
bool queue_user_line(std::string_view line);

/// Writes what this thread has queued, as far as standard output takes it now; the rest stays queued for the next
/// time. Also called before the thread ends. Returns false when something stayed.
bool flush_user_lines();

/// Lines that were dropped because standard output took nothing while 1 MiB was queued; of all threads.
unsigned long long dropped_user_lines();

}  // namespace sluice
