#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::net {

/// Work that may have to wait for the same thing, a file system say. At most `lane_width` pieces of it run at once for
/// each worker, so that a file system which does not answer leaves threads of the pool for all others.
enum class Lane : std::uint64_t {
  open,       // not limited
  cold_file,  // what a response needs of a file whose device is not known
  // further ones: lane_of()
};
inline constexpr std::size_t lane_width = 4;
/// That of looking for files below a directory.
Lane lane_of(std::string_view directory);
/// That of reading the content of files on a device (stat(2), st_dev).
Lane lane_of_device(std::uint64_t device);

}  // namespace sluice::net
