#include "http1/session.hpp"

#include <algorithm>
#include <utility>

#include "base/limit_hits.hpp"
#include "net/loop/loop.hpp"

namespace sluice::http1 {

namespace {

/// How long a new connection may wait for its first request when the daemon stops. That request may be under way, and
/// nobody repeats a request on a new connection, as they do on one that was kept (RFC 9112 §9.3.1).
constexpr std::chrono::milliseconds first_request_time{1000};
/// How long a client that has ended its side gets for its response when the daemon stops. Most of these clients are
/// gone.
constexpr std::chrono::milliseconds last_answer_time{2000};
/// Bytes of memory for requests whose responses are not sent yet, which are kept for the log. Beyond that, the next
/// request waits.
constexpr std::size_t most_held = 1 << 20;
/// How long a guest may wait before it asks: there is room for a few only.
constexpr std::chrono::milliseconds guest_head_time{2000};

}  // namespace

class Session::Entry {
 public:
  explicit Entry(Session& session) : session_(session), before_(std::exchange(session.entered_, true)) {}
  ~Entry() { session_.entered_ = before_; }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  Session& session_;
  bool before_;
};

Session::Session(Engine& engine, bool guest) : engine_(engine), guest_(guest) {
  ++engine_.sessions;
  if (guest_) ++engine_.guests;
}

/// The connection destroys it when nobody uses it.
Session::~Session() {
  entered_ = true;
  give_up();
  if (!unsent_.empty()) unsent_.settle(engine_, transport_->sent(), true);
  if (guest_) --engine_.guests;
  --engine_.sessions;
}

void Session::on_open(net::Transport& transport) {
  transport_ = &transport;
  auto head_time = engine_.settings().head_time;
  transport.set_deadline(guest_ ? std::min(guest_head_time, head_time) : head_time);
}

// Input --------------------------------------------------------------------------------------------

void Session::on_bytes(std::span<char> bytes) {
  Entry entry(*this);
  std::string_view received(bytes.data(), bytes.size());
  if (stash_) {
    stash_->append(received);
    consume_stash();
  } else {
    auto used = consume(received);
    if (used < received.size()) stash_ = std::make_unique<std::string>(received.substr(used));
  }
  update_reading();
}

bool Session::awaits_body() const { return phase_ == Phase::body && !exchange_->body_held; }

/// Bytes after a request in progress wait, here and in the kernel.
void Session::update_reading() {
  if (phase_ == Phase::closed || phase_ == Phase::upgraded) return;
  bool held = phase_ == Phase::body && exchange_->body_held;
  if (held || (stash_ && (phase_ == Phase::working || flooded()))) {
    transport_->pause_reading();
    if (unsent_.held() > most_held) transport_->want_writable();
  } else {
    transport_->resume_reading();
  }
}

/// Continues with the received bytes, after something has changed.
void Session::consume_input() {
  if (consuming_ || phase_ == Phase::closed || phase_ == Phase::upgraded) return;
  consume_stash();
  if (input_ended_) end_input();
  update_reading();
}

void Session::consume_stash() {
  if (!stash_) return;
  auto used = consume(*stash_);
  if (used >= stash_->size()) {
    stash_.reset();
  } else {
    stash_->erase(0, used);
  }
}

std::size_t Session::consume(std::string_view bytes) {
  consuming_ = true;
  std::size_t used = 0;
  while (used < bytes.size()) {
    auto rest = bytes.substr(used);
    std::size_t step = 0;
    if (phase_ == Phase::head && !flooded()) {
      step = consume_head(rest);
    } else if (awaits_body() || phase_ == Phase::discard) {
      step = consume_body(rest);
    } else if (phase_ == Phase::closed) {
      step = rest.size();
    }
    if (step == 0) break;
    used += step;
  }
  consuming_ = false;
  if (phase_ != Phase::upgraded) return used;
  hand_over(bytes.substr(used));
  return bytes.size();
}

bool Session::flooded() const { return transport_->pending() > net::output_high_water || unsent_.held() > most_held; }

std::size_t Session::consume_head(std::string_view bytes) {
  switch (scanner_.scan(bytes, engine_.settings(), &engine_.headers)) {
    case HeadScanner::Outcome::incomplete:
      if (!head_begun_) {
        head_begun_ = true;
        transport_->set_deadline(engine_.settings().head_time);
      }
      return 0;
    case HeadScanner::Outcome::refused:
      exchange_ = engine_.take(*this);
      refuse(scanner_.refusal());
      settle();
      return bytes.size();
    case HeadScanner::Outcome::complete: break;
  }
  auto length = scanner_.length();
  begin_exchange(bytes.substr(scanner_.skipped(), length - scanner_.skipped()));
  return length;
}

void Session::begin_exchange(std::string_view head) {
  exchange_ = engine_.take(*this);
  keep_alive_ = true;
  head_begun_ = false;
  auto refusal = exchange_->parser.parse_head(head, scanner_, *exchange_, engine_.headers);
  scanner_.reset();
  if (refusal) {
    refuse(refusal);
    return settle();
  }
  count_request();
  serve();
}

void Session::count_request() {
  keep_alive_ = exchange_->parser.keep_alive() && !engine_.closing() && !guest_;
  if (++requests_ == engine_.settings().requests) {
    note_hit(Limit::keep_alive_requests);
    keep_alive_ = false;
  }
}

/// The head has been read: the application gets it.
void Session::serve() {
  phase_ = Phase::working;
  transport_->set_deadline(engine_.settings().response);
  engine_.application().on_request(*exchange_);
  settle();
}

void Session::allow_time(std::chrono::milliseconds more) {
  auto usual = engine_.settings().response;
  if (usual.count() > 0) transport_->set_deadline(usual + more);
}

void Session::refuse(const Refusal& refusal) {
  note_hit(refusal.limit);
  keep_alive_ = false;
  linger_ = true;
  phase_ = Phase::working;
  engine_.application().on_protocol_error(*exchange_, refusal.status, refusal.reason);
}

// Endings ------------------------------------------------------------------------------------------

/// Ends what the exchange waits for. Outside of a call from the connection, that may be the caller: at the end of the
/// turn.
void Session::release(Exchange& exchange) {
  if (entered_) {
    exchange.cancel();
  } else {
    exchange.cancel_later();
  }
}

/// Releases the exchange. The application may still be using it.
void Session::end_exchange() {
  auto* exchange = std::exchange(exchange_, nullptr);
  if (exchange->lasting) engine_.note_stream(false);
  if (exchange->told == Exchange::Told::when_sent) {
    release(*exchange);
    return unsent_.add(*exchange);
  }
  if (exchange->told == Exchange::Told::no) engine_.application().on_end(*exchange, exchange->outcome);
  if (entered_) {
    engine_.give_back(exchange);
  } else {
    engine_.retire(exchange, transport_->loop());
  }
}

/// Ends the exchange because nothing more can be sent. A stream without an end always ends in this way.
void Session::give_up() {
  if (!exchange_) return;
  auto& outcome = exchange_->outcome;
  if (exchange_->told == Exchange::Told::no) {
    outcome.aborted = !source() || !source()->lasting();
    outcome.body_octets -= std::min<std::uint64_t>(outcome.body_octets, transport_->pending());
  }
  end_exchange();
}

/// A client that has ended its side may wait for an answer still (RFC 9112 §9.6).
void Session::on_eof() {
  Entry entry(*this);
  input_ended_ = true;
  transport_->probe_peer();
  auto* producer = source();
  if (!producer) return end_input();
  producer->on_client_ended();
  settle();
}

void Session::end_input() {
  bool held = phase_ == Phase::body && exchange_->body_held;
  if (held || phase_ == Phase::working || phase_ == Phase::closed) return;
  give_up();
  close(false);
}

void Session::on_sent() {
  if (exchange_ && exchange_->told == Exchange::Told::when_sent)  // its body is still being read
    UnsentResponses::conclude(engine_, *exchange_, transport_->sent());
  unsent_.settle(engine_, transport_->sent());
}

void Session::on_writable() {
  Entry entry(*this);
  unsent_.settle(engine_, transport_->sent());
  if (auto* producer = source()) {
    producer->on_writable();
    settle();
  } else if (phase_ != Phase::working) {
    consume_stash();
  }
  update_reading();
}

void Session::time_out() {
  auto limit = Limit::none;
  std::string_view reason;
  http::Status status = 408;
  if (phase_ == Phase::head) {
    exchange_ = engine_.take(*this);
    reason = "the request head did not arrive in time";
    limit = Limit::header_timeout;
  } else if (phase_ == Phase::body) {
    reason = "the request body did not arrive in time";
    limit = body_clock_.too_slow(now(), engine_.settings()) ? Limit::body_rate : Limit::body_timeout;
  } else {
    status = 503;
    reason = "the answer took too long";
    limit = Limit::response_timeout;
  }
  exchange_->cancel();
  refuse({status, reason, limit});
  settle();
}

void Session::on_deadline() {
  Entry entry(*this);
  if (phase_ == Phase::head && !head_begun_) {  // idle: nothing was asked, nothing is said
    note_hit(requests_ == 0 ? Limit::header_timeout : Limit::keep_alive_timeout);
    return close(false);
  }
  if (auto* producer = source()) {
    producer->on_deadline();
    return settle();
  }
  if (phase_ == Phase::discard) {
    keep_alive_ = false;
    return complete();
  }
  time_out();
}

void Session::drain() {
  Entry entry(*this);
  if (phase_ == Phase::head && !head_begun_) {
    if (requests_ == 0) return transport_->set_deadline(first_request_time);
    return close(false);
  }
  if (input_ended_) transport_->set_deadline(last_answer_time);
  auto* producer = source();
  if (!producer || engine_.closing()) keep_alive_ = false;  // what is in flight is answered with Connection: close
  if (!producer) return;
  producer->drain();
  settle();
}

bool Session::lasting() const { return source() && source()->lasting(); }

bool Session::obsolete() const { return source() && source()->obsolete(); }

}  // namespace sluice::http1
