#pragma once

#include <chrono>
#include <functional>

#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"

namespace sluice::net {

/// Calls a function once, later. Destroying it cancels. Owned by whoever waits; one thread.
class Timer {
 public:
  Timer(Loop& loop, std::chrono::milliseconds after, std::function<void()> fire) : fire_(std::move(fire)) {
    uv_timer_init(loop.raw(), timer_.get());
    timer_.get()->data = this;
    uv_timer_start(timer_.get(), &Timer::on_timer, static_cast<std::uint64_t>(after.count()), 0);
  }

 private:
  static void on_timer(uv_timer_t* timer) {
    auto fire = std::move(static_cast<Timer*>(timer->data)->fire_);  // firing may destroy the timer
    fire();
  }

  std::function<void()> fire_;
  UvHandle<uv_timer_t> timer_;
};

}  // namespace sluice::net
