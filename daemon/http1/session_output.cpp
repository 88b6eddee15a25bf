/// How a session sends responses, and what follows them.

#include <utility>

#include "http/fields/server_timing.hpp"
#include "http1/session.hpp"

namespace sluice::http1 {

Persistence Session::persistence() const {
  if (!keep_alive_) return Persistence::close;
  return exchange_->request.version == http::Version::http10 ? Persistence::keep_alive : Persistence::implied;
}

/// What every response begins with: whether the connection goes on behind it.
void Session::begin_response(http::Response& response) {
  auto& exchange = *exchange_;
  const auto& parser = exchange.parser;
  // A client that waits for 100 (Continue) may or may not send its body now: there is no telling the next
  // request from it. One that announces too much is not worth reading.
  bool unread = parser.has_body() && !parser.complete();
  if (unread &&
      ((parser.expects_continue() && !exchange.continued) || parser.content_length() > engine_.settings().discard))
    keep_alive_ = false;
  if (response.close || engine_.closing() || (input_ended_ && !stash_)) keep_alive_ = false;
  if (exchange.timed) http::add_server_timing(exchange, response);
}

void Session::send(http::Response& response) {
  begin_response(response);
  auto& exchange = *exchange_;
  Framing framing{exchange.request.method == http::Method::head, persistence(), engine_.date_line()};
  exchange.outcome = {response.status, write_response(*transport_, response, framing), false};
  exchange.responded = true;
  note_response();
  if (!entered_) settle();
}

/// A small response that nothing precedes counts as sent. Otherwise the exchange lives until all of it has been sent.
void Session::note_response() {
  auto& application = engine_.application();
  unsent_.settle(engine_, transport_->sent());
  bool at_once = transport_->leaves_at_once() && unsent_.empty();
  if (at_once || !application.heeds_ends()) {
    if (at_once) application.on_end(*exchange_, exchange_->outcome);
    exchange_->told = Exchange::Told::yes;
    return;
  }
  exchange_->told = Exchange::Told::when_sent;
  exchange_->response_end = transport_->sent() + transport_->pending();
  transport_->want_sent();
}

void Session::open_stream(http::Response& head) {
  begin_response(head);
  auto& exchange = *exchange_;
  exchange.chunked = exchange.request.version != http::Version::http10;
  if (!exchange.chunked) keep_alive_ = false;
  if (phase_ == Phase::body) phase_ = Phase::working;  // nobody wants the rest of the body
  write_stream_head(*transport_, head, persistence(), engine_.date_line(), exchange.chunked);
  exchange.outcome.status = head.status;
  exchange.lasting = source()->lasting();
  if (exchange.lasting) engine_.note_stream(true);
  transport_->set_deadline({});
}

void Session::finish_stream() {
  exchange_->responded = true;
  note_response();
  if (!entered_) settle();
}

/// The application has returned. If it has responded, the exchange ends, except for an unread rest of the body.
void Session::settle() {
  if (!exchange_ || !exchange_->responded || phase_ == Phase::discard) return;
  if (begin_discard()) return;
  complete();
}

/// Reads and drops the unread rest of a body, so that the connection can be used again.
bool Session::begin_discard() {
  auto& parser = exchange_->parser;
  if (!keep_alive_ || !parser.has_body() || parser.complete()) return false;
  release(*exchange_);
  exchange_->body_held = false;
  parser.limit_content(parser.body_octets() + engine_.settings().discard);
  phase_ = Phase::discard;
  begin_body();
  consume_input();
  return true;
}

void Session::complete() {
  linger_ |= exchange_->parser.has_body() && !exchange_->parser.complete();
  end_exchange();
  await_next();
  consume_input();
}

/// Waits for the next request, or closes the connection.
void Session::await_next() {
  if (!keep_alive_) return close(linger_);
  phase_ = Phase::head;
  transport_->set_deadline(engine_.settings().keep_alive);
}

void Session::close(bool linger) {
  phase_ = Phase::closed;
  transport_->close(linger && !input_ended_);
}

void Session::upgrade(http::Response& head, std::unique_ptr<net::Protocol> next) {
  if (input_ended_) return transport_->abort();                         // what begins now would not hear of the end
  unsent_.settle(engine_, transport_->sent() + transport_->pending());  // nobody is told later
  write_interim(*transport_, head);
  exchange_->outcome.status = head.status;
  exchange_->responded = true;
  bool entered = std::exchange(entered_, false);  // the application is the caller
  end_exchange();
  entered_ = entered;
  phase_ = Phase::upgraded;
  next_ = std::move(next);
  transport_->set_deadline({});
  if (!consuming_) hand_over(stash_ ? *stash_ : std::string_view{});
}

void Session::hand_over(std::string_view unread) {
  transport_->resume_reading();
  transport_->replace_protocol(std::move(next_), unread);
}

}  // namespace sluice::http1
