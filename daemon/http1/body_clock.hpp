#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "http1/settings.hpp"

namespace sluice::http1 {

/// How long a body may go on coming: no pause longer than body_idle, and not slower than body_rate. A value; times are
/// those of the loop's clock.
class BodyClock {
 public:
  using Time = std::chrono::microseconds;

  void begin(Time now, const Settings& settings) { until_ = now + settings.body_idle; }

  /// What has come gives as much time as the least rate allows for it. Nobody saves more than body_idle: what came
  /// early would pay for holding it as long as one likes.
  void credit(std::uint64_t bytes, Time now, const Settings& settings) {
    if (settings.body_rate == 0) return;
    until_ = std::min(until_ + Time(bytes * 1'000'000 / settings.body_rate), now + settings.body_idle);
  }

  /// The body is too slow already.
  bool too_slow(Time now, const Settings& settings) const { return settings.body_rate != 0 && until_ <= now; }

  /// How long the next piece may take to come.
  std::chrono::milliseconds patience(Time now, const Settings& settings) const {
    Time idle(settings.body_idle);
    auto left = settings.body_rate == 0 ? idle : std::min(idle, until_ - now);
    return std::chrono::ceil<std::chrono::milliseconds>(left);
  }

 private:
  Time until_{};  // when it will be too slow
};

}  // namespace sluice::http1
