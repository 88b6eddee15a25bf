/// How a session receives the bodies of requests.

#include <algorithm>

#include "http1/session.hpp"
#include "net/loop/loop.hpp"

namespace sluice::http1 {

void Session::pull_body(std::uint64_t limit) {
  auto& exchange = *exchange_;
  if (exchange.parser.complete()) return exchange.end_body();
  exchange.parser.limit_content(limit);
  if (exchange.parser.content_length() > limit) {
    exchange.cancel();
    return refuse({413, "the body is larger than allowed here", Limit::body_bytes});
  }
  phase_ = Phase::body;
  begin_body();
  if (exchange.parser.expects_continue()) {
    exchange.continued = true;
    http::Response go_on;
    go_on.status = 100;
    write_interim(*transport_, go_on);
  }
  if (!entered_) consume_input();  // else consume() goes on when the application has returned
}

/// The application has paused or resumed the body.
void Session::update_body() {
  if (phase_ != Phase::body) return;
  if (exchange_->body_held) {
    transport_->set_deadline({});
  } else {
    begin_body();
  }
  if (entered_) return update_reading();
  consume_input();
}

BodyClock::Time Session::now() const { return std::chrono::milliseconds(transport_->loop().now()); }

void Session::begin_body() {
  body_clock_.begin(now(), engine_.settings());
  transport_->set_deadline(engine_.settings().body_idle);
}

std::size_t Session::consume_body(std::string_view bytes) {
  auto& exchange = *exchange_;
  std::size_t used = 0;
  bool wanted = phase_ == Phase::body;
  auto before = exchange.parser.body_octets();
  auto refusal = exchange.parser.parse_body(bytes, wanted ? &exchange : nullptr, used);
  if (exchange_ != &exchange) return used;  // the application has answered, and that was all
  if (refusal && !exchange.responded) {
    exchange.cancel();
    refuse(refusal);
    settle();
    return bytes.size();
  }
  const auto& settings = engine_.settings();
  body_clock_.credit(exchange.parser.body_octets() - before, now(), settings);
  bool whole = exchange.parser.complete();
  if (wanted && whole && !exchange.responded) {
    phase_ = Phase::working;
    transport_->set_deadline(settings.response);
    exchange.end_body();
    settle();
  } else if (wanted && exchange.responded) {
    settle();
  } else if (refusal || whole || (!exchange.body_held && body_clock_.too_slow(now(), settings))) {
    return end_body_early(whole) ? bytes.size() : used;
  } else if (!exchange.body_held) {
    transport_->set_deadline(body_clock_.patience(now(), settings));
  }
  return used;
}

/// The body is complete, or too slow, or it breaks a rule while it is dropped. Returns whether reading must stop.
bool Session::end_body_early(bool whole) {
  if (phase_ == Phase::body) {
    time_out();
    return true;
  }
  if (!whole) keep_alive_ = false;
  complete();
  return !whole;
}

}  // namespace sluice::http1
