#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace sluice {

/// So many messages in so much time. `count` 0: no limit.
struct Rate {
  std::uint32_t count = 0;
  std::chrono::milliseconds per{1000};
};

/// Reads "20/s", "100/m" or "1000/h": at least 1 and at most a million.
Result<Rate> parse_rate(const std::string& text);

/// Measures one peer by a rate: `count` messages may come at once, and then one whenever its share of the
/// time has passed (the generic cell rate algorithm of ITU-T I.371).
class RateMeter {
 public:
  /// Counts a message at `now`, in milliseconds. False: it is one too many, and was not counted.
  bool take(const Rate& rate, std::uint64_t now) {
    auto whole = static_cast<std::uint64_t>(std::chrono::microseconds(rate.per).count());
    auto share = whole / rate.count;
    auto next = std::max(paid_until_, now * 1000) + share;
    if (next > now * 1000 + whole) return false;
    paid_until_ = next;
    return true;
  }

 private:
  std::uint64_t paid_until_ = 0;  // microseconds
};

}  // namespace sluice
