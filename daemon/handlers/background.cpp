#include "handlers/background.hpp"

#include <utility>

namespace sluice::handlers {

class Ticket::Waiting final : public http::Work {
 public:
  explicit Waiting(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Waiting() override { state_->exchange = nullptr; }

 private:
  std::shared_ptr<State> state_;
};

Ticket::Ticket(http::Exchange& exchange) : state_(std::make_shared<State>(&exchange)) {
  exchange.wait_for(std::make_unique<Waiting>(state_));
}

}  // namespace sluice::handlers
