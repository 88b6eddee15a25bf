#include "http1/session.hpp"

#include <algorithm>
#include <utility>

#include "base/limit_hits.hpp"
#include "http/server_timing.hpp"
#include "http1/writer.hpp"
#include "net/loop.hpp"

namespace sluice::http1 {

namespace {

/// How long a new connection may wait for its first request when the daemon stops. That request may be under way, and
/// nobody repeats a request on a new connection, as they do on one that was kept (RFC 9112 §9.3.1).
constexpr std::chrono::milliseconds first_request_time{1000};
/// How much longer a client that has ended its side is worked for when the daemon stops: most of these are gone.
constexpr std::chrono::milliseconds last_answer_time{2000};
/// So much may the requests take whose responses are on their way; the next one waits. They are kept for the log.
constexpr std::size_t most_held = 1 << 20;
/// How long a guest may wait before it asks: there is room for a few only.
constexpr std::chrono::milliseconds guest_head_time{2000};

}  // namespace

Session::Session(Engine& engine, bool guest) : engine_(engine), guest_(guest) {
  ++engine_.sessions;
  if (guest_) ++engine_.guests;
}

Session::~Session() {
  give_up();
  if (unsent_) settle(transport_->sent(), true);
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
  std::string_view octets(bytes.data(), bytes.size());
  if (stash_) {
    stash_->append(octets);
    consume_stash();
  } else {
    auto used = consume(octets);
    if (used < octets.size()) stash_ = std::make_unique<std::string>(octets.substr(used));
  }
  update_reading();
}

/// What came behind a request that is being worked on waits, and so does the rest in the kernel.
void Session::update_reading() {
  if (phase_ == Phase::closed || phase_ == Phase::upgraded) return;
  if (holds_back()) {
    transport_->pause_reading();
    if (held_ > most_held) transport_->want_writable();
  } else {
    transport_->resume_reading();
  }
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

std::size_t Session::consume(std::string_view octets) {
  consuming_ = true;
  std::size_t used = 0;
  while (used < octets.size()) {
    auto rest = octets.substr(used);
    std::size_t step = 0;
    if (phase_ == Phase::head && !flooded()) {
      step = consume_head(rest);
    } else if (phase_ == Phase::body || phase_ == Phase::discard) {
      step = consume_body(rest);
    } else if (phase_ == Phase::closed) {
      step = rest.size();
    }
    if (step == 0) break;
    used += step;
  }
  consuming_ = false;
  if (phase_ != Phase::upgraded) return used;
  hand_over(octets.substr(used));
  return octets.size();
}

bool Session::holds_back() const { return stash_ && (phase_ == Phase::waiting || flooded()); }

bool Session::flooded() const { return transport_->pending() > net::output_high_water || held_ > most_held; }

std::size_t Session::consume_head(std::string_view octets) {
  auto* known = scanner_.begun() ? nullptr : engine_.heads.find(octets);
  if (known) {
    auto length = known->octets.size();
    const auto* response =
        guest_ ? nullptr : engine_.application().standing_response(known->request, known->memo, transport_->loop());
    if (response) {
      send_standing(*known, *response);
      return length;
    }
    exchange_ = engine_.take(*this);
    exchange_->repeat(*known);
    admit();
    return length;
  }
  switch (scanner_.scan(octets, engine_.settings(), &engine_.headers)) {
    case HeadScanner::Outcome::incomplete:
      if (!head_begun_) {
        head_begun_ = true;
        transport_->set_deadline(engine_.settings().head_time);
      }
      return 0;
    case HeadScanner::Outcome::refused:
      exchange_ = engine_.take(*this);
      refuse(scanner_.refusal());
      return octets.size();
    case HeadScanner::Outcome::complete: break;
  }
  auto length = scanner_.length();
  begin_exchange(octets.substr(scanner_.skipped(), length - scanner_.skipped()));
  return length;
}

void Session::begin_exchange(std::string_view head) {
  exchange_ = engine_.take(*this);
  auto& exchange = *exchange_;
  keep_alive_ = true;
  auto refusal = exchange.parser.parse_head(head, scanner_, exchange, engine_.headers);
  scanner_.reset();
  if (refusal) {
    head_begun_ = false;
    return refuse(refusal);
  }
  const auto& parser = exchange.parser;
  if (parser.repeatable()) engine_.heads.note(head, parser.repeatable(), exchange.request, parser.keep_alive());
  admit();
}

/// The head has been read: the application gets it.
void Session::admit() {
  auto& exchange = *exchange_;
  head_begun_ = false;
  count_request(exchange.parser.keep_alive());
  phase_ = exchange.parser.has_body() ? Phase::body : Phase::waiting;
  engine_.application().on_head(exchange);
  if (!exchange_) return;
  if (guest_ && !exchange_->responded && !engine_.application().is_vital(exchange))
    return refuse({503, "memory is short", Limit::memory});
  if (exchange_->parser.has_body()) return begin_body();
  if (!exchange_->responded) serve();
}

/// `keep_alive`: what the request says of the connection.
void Session::count_request(bool keep_alive) {
  keep_alive_ = keep_alive && !engine_.closing() && !guest_;
  if (++requests_ == engine_.settings().requests) {
    note_hit(Limit::keep_alive_requests);
    keep_alive_ = false;
  }
}

/// An answer without an exchange, which saves more than a third of our instructions for it.
void Session::send_standing(const KnownHead& head, const http::Response& response) {
  head_begun_ = false;
  count_request(head.keep_alive);
  if (response.close) keep_alive_ = false;
  auto persistence = keep_alive_ ? Persistence::implied : Persistence::close;  // known heads are of HTTP/1.1
  write_response(*transport_, response,
                 {head.request.method == http::Method::head, persistence, engine_.date_line(), hot_responses()});
  await_next();
}

void Session::begin_body() {
  auto& exchange = *exchange_;
  body_until_ = now() + engine_.settings().body_idle;
  if (exchange.responded) {  // answered from the head alone: the body is read only to keep the connection
    phase_ = Phase::discard;
    exchange.parser.limit_content(engine_.settings().discard);
    transport_->set_deadline(engine_.settings().body_idle);
    return;
  }
  exchange.parser.limit_content(exchange.body_limit);
  if (exchange.parser.content_length() > exchange.body_limit)
    return refuse({413, "the body is larger than allowed here", Limit::body_bytes});
  transport_->set_deadline(engine_.settings().body_idle);
  if (exchange.parser.expects_continue()) {
    http::Response go_on;
    go_on.status = 100;
    write_interim(*transport_, go_on);
  }
}

std::chrono::microseconds Session::now() const { return std::chrono::milliseconds(transport_->loop().now()); }

/// Until the body is too slow; not positive when it is.
std::chrono::microseconds Session::body_time_left() const {
  if (engine_.settings().body_rate == 0) return std::chrono::microseconds::max();
  return body_until_ - now();
}

/// What has come gives as much time as the least rate allows for it. Nobody saves more than body_idle: what came early
/// would pay for holding it as long as one likes.
void Session::credit_body(std::uint64_t octets) {
  const auto& settings = engine_.settings();
  if (settings.body_rate == 0) return;
  std::chrono::microseconds earned(octets * 1'000'000 / settings.body_rate);
  body_until_ = std::min(body_until_ + earned, now() + settings.body_idle);
}

/// Sets the deadline for the next piece: a pause may be as long as body_idle, and not so long that the body falls below
/// the least rate. False when it has done so already.
bool Session::extend_body_time() {
  auto left = body_time_left();
  if (left.count() <= 0) return false;
  auto idle = std::chrono::microseconds(engine_.settings().body_idle);
  transport_->set_deadline(std::chrono::ceil<std::chrono::milliseconds>(std::min(idle, left)));
  return true;
}

std::size_t Session::consume_body(std::string_view octets) {
  auto& exchange = *exchange_;
  std::size_t used = 0;
  auto* content = phase_ == Phase::body && exchange.keeps_body ? &exchange.body : nullptr;
  auto before = exchange.parser.body_octets();
  auto refusal = exchange.parser.parse_body(octets, content, used);
  credit_body(exchange.parser.body_octets() - before);
  if (refusal) {
    if (!exchange.responded) {
      refuse(refusal);
    } else {
      keep_alive_ = false;
      finish_response();
    }
    return octets.size();
  }
  if (!exchange.parser.complete() && !extend_body_time()) {
    on_deadline();
    return octets.size();
  }
  if (phase_ == Phase::discard) {
    if (exchange.parser.complete()) finish_response();
  } else if (exchange.parser.complete()) {
    serve();
  }
  return used;
}

void Session::serve() {
  auto& exchange = *exchange_;
  exchange.request.body = exchange.body;
  phase_ = Phase::waiting;
  transport_->set_deadline({});
  engine_.application().on_request(exchange);
}

void Session::refuse(const Refusal& refusal) {
  note_hit(refusal.limit);
  keep_alive_ = false;
  linger_ = true;
  phase_ = Phase::waiting;
  engine_.application().on_protocol_error(*exchange_, refusal.status, refusal.reason);
}

// Output -------------------------------------------------------------------------------------------

Persistence Session::persistence_of(const Exchange& exchange) const {
  if (!keep_alive_) return Persistence::close;
  return exchange.request.version == http::Version::http10 ? Persistence::keep_alive : Persistence::implied;
}

/// Null where the octets of a file have to be encrypted on their way.
HotResponses* Session::hot_responses() const { return transport_->secure() ? nullptr : &engine_.hot; }

void Session::respond(Exchange& exchange, http::Response& response) {
  const auto& parser = exchange.parser;
  bool body_open = parser.has_body() && !parser.complete();
  // A client that waits for 100 (Continue) may or may not send its body now: there is no telling the next
  // request from it. One that announces too much is not worth reading.
  if (body_open && (parser.expects_continue() || parser.content_length() > engine_.settings().discard))
    keep_alive_ = false;
  if (response.close || engine_.closing()) keep_alive_ = false;
  if (exchange.timed) http::add_server_timing(exchange, response);
  Framing framing{exchange.request.method == http::Method::head, persistence_of(exchange), engine_.date_line(),
                  hot_responses()};
  auto octets = write_response(*transport_, response, framing);
  exchange.responded = true;
  note_response(exchange, {response.status, octets, false});
  if (body_open && keep_alive_) {
    phase_ = Phase::discard;
    return;
  }
  finish_response();
}

/// What leaves at once has as good as been sent. Else the exchange lives on until it has.
void Session::note_response(Exchange& exchange, const http::Outcome& outcome) {
  auto& application = engine_.application();
  settle(transport_->sent());
  if (transport_->leaves_at_once() && !unsent_) return application.on_end(exchange, outcome);
  if (!application.heeds_ends()) return;
  exchange.unsent = true;
  exchange.outcome = outcome;
  exchange.response_end = transport_->sent() + transport_->pending();
  transport_->want_sent();
}

/// The transport has sent so much: all of the response of `exchange`, or not.
void Session::conclude(Exchange& exchange, std::uint64_t sent) {
  auto& outcome = exchange.outcome;
  auto missing = exchange.response_end > sent ? exchange.response_end - sent : 0;
  outcome.aborted = missing > 0;
  outcome.body_octets -= std::min(missing, outcome.body_octets);
  exchange.unsent = false;
  engine_.application().on_end(exchange, outcome);
}

/// Ends the exchanges whose responses have been sent; or `all`, because nothing more will be.
void Session::settle(std::uint64_t sent, bool all) {
  while (unsent_) {
    auto* first = unsent_->next_unsent;
    if (!all && first->response_end > sent) return;
    if (first == unsent_) {
      unsent_ = nullptr;
    } else {
      unsent_->next_unsent = first->next_unsent;
    }
    held_ -= first->held;
    conclude(*first, sent);
    engine_.give_back(first);
  }
}

void Session::finish_response() {
  linger_ |= exchange_->parser.has_body() && !exchange_->parser.complete();
  end_exchange();
  await_next();
  if (!keep_alive_ || consuming_) return;  // consume() goes on by itself
  consume_stash();
  update_reading();
}

/// The next request, or the end where there is to be none.
void Session::await_next() {
  if (!keep_alive_) {
    phase_ = Phase::closed;
    return transport_->close(linger_);
  }
  phase_ = Phase::head;
  transport_->set_deadline(engine_.settings().keep_alive);
}

void Session::upgrade(Exchange& exchange, http::Response& response, std::unique_ptr<net::Protocol> next) {
  if (ended_) return leave();                          // what begins now would not hear of the end
  settle(transport_->sent() + transport_->pending());  // nobody is told later
  if (response.status < 200) {
    write_interim(*transport_, response);
  } else {
    write_open_ended_head(*transport_, response, engine_.date_line());
  }
  engine_.application().on_end(exchange, {response.status, 0, false});
  end_exchange();
  phase_ = Phase::upgraded;
  next_ = std::move(next);
  transport_->set_deadline({});
  if (!consuming_) hand_over(stash_ ? *stash_ : std::string_view{});
}

void Session::hand_over(std::string_view unread) {
  transport_->resume_reading();
  transport_->replace_protocol(std::move(next_), unread);
}

void Session::end_exchange() {
  auto* exchange = std::exchange(exchange_, nullptr);
  if (!exchange) return;
  if (!exchange->unsent) return engine_.give_back(exchange);
  exchange->stop_waiting();
  exchange->held = sizeof *exchange + exchange->body.capacity() + exchange->arena.footprint();
  held_ += exchange->held;
  exchange->next_unsent = unsent_ ? std::exchange(unsent_->next_unsent, exchange) : exchange;
  unsent_ = exchange;
}

// Endings ------------------------------------------------------------------------------------------

void Session::give_up() {
  if (!exchange_) return;
  if (!exchange_->responded) engine_.application().on_end(*exchange_, {0, 0, true});
  end_exchange();
}

/// A client that ends its side may still read. Whether it does, or has gone altogether, no one can tell before it is
/// sent something: it gets the answers to the requests that it has made.
void Session::on_eof() {
  if (holds_back()) return transport_->probe_peer();  // and what else it sent is read before its end is
  if (phase_ == Phase::waiting) {
    ended_ = true;
    keep_alive_ = false;
    return transport_->probe_peer();
  }
  leave();
}

/// Nothing more is said.
void Session::leave() {
  give_up();
  phase_ = Phase::closed;
  transport_->close(false);
}

void Session::on_writable() {
  settle(transport_->sent());
  if (phase_ != Phase::waiting) consume_stash();
  update_reading();
}

void Session::on_sent() {
  if (exchange_ && exchange_->unsent) conclude(*exchange_, transport_->sent());  // whose body is still read
  settle(transport_->sent());
}

void Session::on_deadline() {
  if (phase_ == Phase::head && !head_begun_) {  // idle: nothing was asked, nothing is said
    note_hit(requests_ == 0 ? Limit::header_timeout : Limit::keep_alive_timeout);
    phase_ = Phase::closed;
    return transport_->close(false);
  }
  if (phase_ == Phase::waiting && ended_) return leave();
  if (phase_ == Phase::head) {
    exchange_ = engine_.take(*this);
    return refuse({408, "the request head did not arrive in time", Limit::header_timeout});
  }
  if (phase_ == Phase::body)
    return refuse({408, "the request body did not arrive in time",
                   body_time_left().count() > 0 ? Limit::body_timeout : Limit::body_rate});
  if (phase_ == Phase::discard) {
    keep_alive_ = false;
    finish_response();
  }
}

void Session::drain() {
  if (phase_ == Phase::head && !head_begun_ && requests_ == 0) return transport_->set_deadline(first_request_time);
  if (phase_ == Phase::head && !head_begun_) {
    phase_ = Phase::closed;
    return transport_->close(false);
  }
  if (ended_) transport_->set_deadline(last_answer_time);
  keep_alive_ = false;  // what is in flight is answered with Connection: close
}

}  // namespace sluice::http1
