#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "http1/settings.hpp"

namespace sluice::http1 {

/// The time limits of a request body: no pause longer than body_idle, and not slower than body_rate. A value; times are
/// those of the loop's clock.
class BodyClock {
 public:
  using Time = std::chrono::microseconds;

  void begin(Time now, const Settings& settings) { until_ = now + settings.body_idle; }

  /// `bytes` have arrived: extends the limit by the time that body_rate allows for them. The limit is never more than
  /// body_idle ahead. Otherwise a client could send fast at first and then keep the connection for long.
  void credit(std::uint64_t bytes, Time now, const Settings& settings) {
    if (settings.body_rate == 0) return;
    until_ = std::min(until_ + Time(bytes * 1'000'000 / settings.body_rate), now + settings.body_idle);
  }

  /// The body is too slow already.
  bool too_slow(Time now, const Settings& settings) const { return settings.body_rate != 0 && until_ <= now; }

  /// The time limit of the next piece.
  std::chrono::milliseconds patience(Time now, const Settings& settings) const {
    Time idle(settings.body_idle);
    auto left = settings.body_rate == 0 ? idle : std::min(idle, until_ - now);
    return std::chrono::ceil<std::chrono::milliseconds>(left);
  }

 private:
  Time until_{};  // when it will be too slow
};

}  // namespace sluice::http1
