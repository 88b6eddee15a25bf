#include "files/waiting.hpp"

#include <optional>
#include <utility>

#include "net/loop/timer.hpp"

namespace sluice::files {

class Ticket::Waiting final : public http::Work {
 public:
  explicit Waiting(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Waiting() override {
    state_->exchange = nullptr;
    if (state_->work) state_->work->take_back();
  }
  void end_after(std::chrono::milliseconds patience, std::function<void(http::Exchange&)> late) {
    patience_ = patience;
    late_ = std::move(late);
    look_in(patience);
  }

 private:
  void look_in(std::chrono::milliseconds time) {
    timer_.emplace(state_->exchange->loop(), time, [this] { look(); });
  }
  void look() {
    auto quiet = state_->work ? state_->work->quiet_for(state_->exchange->loop().now()) : patience_;
    if (quiet < patience_) return look_in(patience_ - quiet);
    auto late = std::move(late_);  // which ends this
    late(*state_->exchange);
  }

  std::shared_ptr<State> state_;
  std::chrono::milliseconds patience_{};
  std::function<void(http::Exchange&)> late_;
  std::optional<net::Timer> timer_;
};

Ticket::Ticket(http::Exchange& exchange, std::chrono::milliseconds patience, std::function<void(http::Exchange&)> late)
    : state_(std::make_shared<State>(&exchange)) {
  auto waiting = std::make_unique<Waiting>(state_);
  if (patience.count() > 0) waiting->end_after(patience, std::move(late));
  exchange.wait_for(std::move(waiting));
}

}  // namespace sluice::files
