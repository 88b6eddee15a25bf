#include "files/lookup/file_system.hpp"

#include <doctest/doctest.h>

using namespace sluice::files;

using sluice::net::Storage;

TEST_CASE("a file system is asked once, where that may wait, and then known") {
  struct stat status{};
  ::stat("/proc/self", &status);
  CHECK_FALSE(storage_of(status.st_dev, "/proc/self", Waiting::never));
  CHECK(storage_of(status.st_dev, "/proc/self", Waiting::allowed) == Storage::remote);
  CHECK(storage_of(status.st_dev, "/proc/self", Waiting::never) == Storage::remote);
}
