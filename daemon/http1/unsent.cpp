#include "http1/unsent.hpp"

#include <algorithm>
#include <utility>

#include "http1/engine.hpp"
#include "http1/exchange.hpp"

namespace sluice::http1 {

void UnsentResponses::add(Exchange& exchange) {
  exchange.footprint_unsent = exchange.footprint();
  held_ += exchange.footprint_unsent;
  exchange.next_unsent = last_ ? std::exchange(last_->next_unsent, &exchange) : &exchange;
  last_ = &exchange;
}

void UnsentResponses::settle(Engine& engine, std::uint64_t sent, bool all) {
  while (last_) {
    auto* first = last_->next_unsent;
    if (!all && first->response_end > sent) return;
    if (first == last_) {
      last_ = nullptr;
    } else {
      last_->next_unsent = first->next_unsent;
    }
    held_ -= first->footprint_unsent;
    conclude(engine, *first, sent);
    engine.give_back(first);
  }
}

void UnsentResponses::conclude(Engine& engine, Exchange& exchange, std::uint64_t sent) {
  auto missing = exchange.response_end - std::min(exchange.response_end, sent);
  auto& outcome = exchange.outcome;
  outcome.aborted = missing > 0;
  outcome.body_octets -= std::min(missing, outcome.body_octets);
  exchange.told = Exchange::Told::yes;
  engine.application().on_end(exchange, outcome);
}

}  // namespace sluice::http1
