#pragma once

#include <functional>
#include <memory>

#include "http/exchange.hpp"
#include "net/loop.hpp"

namespace sluice::handlers {

/// Runs `work` in the thread pool, so that a slow disk or a long computation holds up nobody, and then `done`
/// in the loop's thread. Neither is ever given up: what they refer to must live as long as they do.
void run_in_background(net::Loop& loop, std::function<void()> work, std::function<void()> done);

/// An exchange that waits for something which goes on without it. Ends with the exchange; whoever holds the
/// ticket then finds that it is gone.
class Ticket {
 public:
  /// Makes `exchange` wait.
  explicit Ticket(http::Exchange& exchange);
  /// The exchange, while it waits; null once it has ended.
  http::Exchange* exchange() const { return state_->exchange; }

 private:
  struct State {
    http::Exchange* exchange;
  };
  class Waiting;
  std::shared_ptr<State> state_;
};

}  // namespace sluice::handlers
