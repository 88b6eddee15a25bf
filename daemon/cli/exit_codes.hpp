#pragma once

/// Exit codes of the process, as sysexits(3) numbers them.
namespace sluice::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_usage = 64;          // EX_USAGE: the command line makes no sense
inline constexpr int exit_unavailable = 69;    // EX_UNAVAILABLE: cannot listen
inline constexpr int exit_cannot_create = 73;  // EX_CANTCREAT: the file exists, or cannot be written
inline constexpr int exit_io = 74;             // EX_IOERR: standard output is full or gone
inline constexpr int exit_permission = 77;     // EX_NOPERM
inline constexpr int exit_config = 78;         // EX_CONFIG: the config file is wrong

}  // namespace sluice::cli
