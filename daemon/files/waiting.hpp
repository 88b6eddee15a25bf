#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "http/exchange.hpp"
#include "net/loop/background.hpp"

namespace sluice::files {

using net::run_in_background;

/// An exchange that waits for something which goes on without it. Ends with the exchange; whoever holds the
/// ticket then finds that it is gone.
class Ticket {
 public:
  /// Makes `exchange` wait, but when nothing has come of the work that it depends on for `patience` (0: any time), or
  /// when it depends on none and `patience` has passed, `late` answers it.
  Ticket(http::Exchange& exchange, std::chrono::milliseconds patience, std::function<void(http::Exchange&)> late);
  /// `work` is for this exchange alone, and is taken back if that ends before it has begun.
  void depends_on(net::BackgroundWork work) const { state_->work = std::move(work); }
  /// The exchange, while it waits; null once it has ended.
  http::Exchange* exchange() const { return state_->exchange; }

 private:
  struct State {
    http::Exchange* exchange;
    std::optional<net::BackgroundWork> work;
  };
  class Waiting;
  std::shared_ptr<State> state_;
};

}  // namespace sluice::files
