#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What /proc says of another process, such as a running server. Any thread.
namespace sluice::service {

/// The name of each worker's thread.
inline constexpr const char* worker_thread = "worker";

/// The user with whose rights the process acts; nothing when it has ended.
std::optional<uid_t> user_of(pid_t process);
/// The name of its program, as ps(1) shows it; empty when it has ended.
std::string program_of(pid_t process);
/// How many threads of this name it has.
std::size_t threads_of(pid_t process, std::string_view name);

/// The message that a reload does not change the number of workers.
std::string workers_wait(std::size_t wanted, std::size_t running);

}  // namespace sluice::service
