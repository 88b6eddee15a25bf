#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::net {

/// Work that may have to wait for the same thing, a file system say. At most `queue_width` pieces of it run at once for
/// each worker, so that a file system which does not answer leaves threads of the pool for all others.
enum class WorkQueue : std::uint64_t {
  open,         // not limited
  cold_file,    // content of large files on the disks of this machine
  remote_file,  // and of those that a network or another process has
  compute,      // waits for nothing, and takes a processor for long
  // further ones: queue_of()
};
inline constexpr std::size_t queue_width = 4;
/// That of looking for files below a directory and of reading small ones.
WorkQueue queue_of(std::string_view directory);

}  // namespace sluice::net
