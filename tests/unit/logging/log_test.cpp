#include "logging/log.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("the same line is said once a minute, and only so many different ones") {
  logging::set_level(logging::Level::off);
  int said = 0;
  for (int round = 0; round < 2; ++round) {
    for (int cause = 0; cause < 2000; ++cause) {
      if (!logging::said_lately("cause " + std::to_string(cause))) ++said;
    }
  }
  CHECK(said <= 256);
  CHECK(logging::said_lately("cause 0"));
  logging::set_level(logging::Level::info);
}
