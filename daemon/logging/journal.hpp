#pragma once

#include <string>
#include <string_view>

#include "logging/log.hpp"

/// Standard error as the journal of systemd wants it: a priority before each line, no time stamps (it has its own).
namespace sluice::logging::journal {

/// Whether `fd` is the stream that systemd named in JOURNAL_STREAM ("device:inode", systemd.exec(5)). A descriptor that
/// was redirected since is not.
bool is_stream(const char* journal_stream, int fd);

/// Every line of `text` with the priority of `level` (sd-daemon(3): <3> error, <4> warning, <6> info, <7> debug) and a
/// line feed.
std::string with_priority(Level level, std::string_view text);

}  // namespace sluice::logging::journal
