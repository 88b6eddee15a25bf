#include "base/log.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("the same line is said once a minute, and only so many different ones") {
  log::set_level(log::Level::off);
  int said = 0;
  for (int round = 0; round < 2; ++round) {
    for (int cause = 0; cause < 2000; ++cause) {
      if (!log::said_lately("cause " + std::to_string(cause))) ++said;
    }
  }
  CHECK(said <= 256);
  CHECK(log::said_lately("cause 0"));
  log::set_level(log::Level::info);
}
