#include "http1/engine.hpp"

#include <ctime>

#include "http1/exchange.hpp"

namespace sluice::http1 {

Engine::Engine(http::Application& application, const Settings& settings, Counter* active)
    : application_(application), settings_(settings), active_(active) {}

Engine::~Engine() = default;

Exchange* Engine::take(Session& session) {
  std::unique_ptr<Exchange> exchange;
  if (free_.empty()) {
    exchange = std::make_unique<Exchange>();
  } else {
    exchange = std::move(free_.back());
    free_.pop_back();
  }
  if (active_) active_->add();
  exchange->begin(session);
  return exchange.release();
}

void Engine::give_back(Exchange* exchange) {
  std::unique_ptr<Exchange> owned(exchange);
  owned->end();
  if (active_) active_->subtract();
  if (free_.size() < kept_exchanges) free_.push_back(std::move(owned));
}

std::string_view Engine::date_line() { return date_.line(std::time(nullptr)); }

}  // namespace sluice::http1
