#pragma once

#include <memory>

#include "http/exchange.hpp"
#include "net/background.hpp"

namespace sluice::handlers {

using net::run_in_background;

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
