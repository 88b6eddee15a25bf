#include "http1/engine.hpp"

#include <ctime>
#include <utility>

#include "http1/exchange.hpp"
#include "net/loop/loop.hpp"

namespace sluice::http1 {

Engine::Engine(http::Application& application, const Settings& settings, Counter* active)
    : application_(application), settings_(settings), active_(active) {}

Engine::~Engine() { recycle_retired(); }

Exchange* Engine::take(Session& session) {
  std::unique_ptr<Exchange> exchange;
  if (free_.empty()) {
    exchange = std::make_unique<Exchange>();
  } else {
    exchange = std::move(free_.back());
    free_.pop_back();
  }
  if (active_) active_->add();
  exchange->begin_request(session, application_);
  return exchange.release();
}

void Engine::give_back(Exchange* exchange) {
  std::unique_ptr<Exchange> owned(exchange);
  owned->end();
  if (active_) active_->subtract();
  if (free_.size() < kept_exchanges) free_.push_back(std::move(owned));
}

void Engine::retire(Exchange* exchange, net::Loop& loop) {
  if (retired_->empty()) {
    loop.at_end_of_turn([this, weak = std::weak_ptr(retired_)] {
      if (!weak.expired()) recycle_retired();
    });
  }
  retired_->push_back(exchange);
}

void Engine::recycle_retired() {
  for (auto* exchange : std::exchange(*retired_, {})) give_back(exchange);
}

void Engine::note_stream(bool open) {
  if (!active_) return;
  if (open) {
    active_->subtract();
  } else {
    active_->add();
  }
}

std::string_view Engine::date_line() { return date_.line(std::time(nullptr)); }

}  // namespace sluice::http1
