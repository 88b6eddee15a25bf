#include "websocket/liveness.hpp"

#include <algorithm>
#include <limits>

namespace sluice::websocket {
namespace {

constexpr auto never = std::numeric_limits<std::uint64_t>::max();

/// When `limit` after `since` has come.
std::uint64_t end_of(std::uint64_t since, std::chrono::milliseconds limit) {
  return limit.count() > 0 ? since + static_cast<std::uint64_t>(limit.count()) : never;
}

}  // namespace

Liveness::Due Liveness::due(const LivenessLimits& limits, std::uint64_t now) {
  if (now >= end_of(opened_, limits.max_age)) return Due::old;
  if (now >= end_of(spoken_, limits.idle)) return Due::idle;
  if (pinged_ != 0) return now >= end_of(pinged_, limits.pong_timeout) ? Due::dead : Due::nothing;
  if (now < end_of(heard_, limits.ping)) return Due::nothing;
  pinged_ = now;
  return Due::ping;
}

std::chrono::milliseconds Liveness::until_next(const LivenessLimits& limits, std::uint64_t now) const {
  auto of_peer = pinged_ != 0 ? end_of(pinged_, limits.pong_timeout) : end_of(heard_, limits.ping);
  auto next = std::min({end_of(opened_, limits.max_age), end_of(spoken_, limits.idle), of_peer});
  if (next == never) return {};
  return std::chrono::milliseconds(next > now ? next - now : 1);
}

}  // namespace sluice::websocket
