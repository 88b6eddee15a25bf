#include "handlers/file_system.hpp"

#include <doctest/doctest.h>

using namespace sluice::handlers;

TEST_CASE("a file system is asked once, where that may wait, and then known") {
  struct stat status {};
  ::stat("/proc/self", &status);
  CHECK_FALSE(is_local(status.st_dev, "/proc/self", Waiting::never));
  CHECK(is_local(status.st_dev, "/proc/self", Waiting::allowed) == false);
  CHECK(is_local(status.st_dev, "/proc/self", Waiting::never) == false);
}
