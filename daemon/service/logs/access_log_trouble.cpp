#include "service/logs/access_log_trouble.hpp"

#include <fmt/format.h>

#include <cstring>
#include <string>
#include <utility>

#include "logging/log.hpp"

namespace sluice::service {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes interval{1};

std::string lines(std::uint64_t count) {
  return count == 1 ? "1 line was lost" : fmt::format("{} lines were lost", count);
}

}  // namespace

AccessLogTrouble& AccessLogTrouble::get() {
  static AccessLogTrouble only;
  return only;
}

void AccessLogTrouble::note(int code, std::uint64_t lost) {
  std::lock_guard lock(mutex_);
  lasts_ = true;
  lost_ += lost;
  auto now = Clock::now();
  if (told_at_ != Clock::time_point() && now - told_at_ < interval) return;
  told_at_ = now;
  told_ = true;
  std::string why = code == 0 ? "its reader is too slow, or is gone" : std::strerror(code);
  logging::warning(fmt::format("the access log cannot be written: {}; {}", why,
                               lost_ == 0 ? "lines wait in memory" : lines(std::exchange(lost_, 0))));
}

void AccessLogTrouble::end_trouble() {
  std::lock_guard lock(mutex_);
  if (!lasts_.exchange(false) || !std::exchange(told_, false)) return;
  auto more = lost_ == 0 ? std::string() : "; until then " + lines(std::exchange(lost_, 0));
  logging::info("the access log can be written again" + more);
}

void AccessLogTrouble::begin() {
  std::lock_guard lock(mutex_);
  ++writers_;
}

void AccessLogTrouble::end(std::uint64_t lost) {
  std::lock_guard lock(mutex_);
  lost_ += lost;
  if (--writers_ == 0 && lost_ > 0)
    logging::warning("the access log could not be written: " + lines(std::exchange(lost_, 0)));
}

}  // namespace sluice::service
