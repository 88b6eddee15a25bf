#include "handlers/background.hpp"

#include <optional>
#include <utility>

#include "net/timer.hpp"

namespace sluice::handlers {

class Ticket::Waiting final : public http::Work {
 public:
  explicit Waiting(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Waiting() override {
    state_->exchange = nullptr;
    state_->work.take_back();
  }
  void end_after(std::chrono::milliseconds patience, std::function<void(http::Exchange&)> late) {
    timer_.emplace(state_->exchange->loop(), patience, [state = state_, late = std::move(late)] { late(*state->exchange); });
  }

 private:
  std::shared_ptr<State> state_;
  std::optional<net::Timer> timer_;
};

Ticket::Ticket(http::Exchange& exchange, std::chrono::milliseconds patience, std::function<void(http::Exchange&)> late)
    : state_(std::make_shared<State>(&exchange)) {
  auto waiting = std::make_unique<Waiting>(state_);
  if (patience.count() > 0) waiting->end_after(patience, std::move(late));
  exchange.wait_for(std::move(waiting));
}

}  // namespace sluice::handlers
