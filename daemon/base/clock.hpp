#pragma once

#include <cstdint>
#include <ctime>

namespace sluice {

/// Nanoseconds of a clock that never goes back; only differences mean something.
inline std::int64_t monotonic_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

}  // namespace sluice
