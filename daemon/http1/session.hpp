#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "http1/body_clock.hpp"
#include "http1/engine.hpp"
#include "http1/exchange.hpp"
#include "http1/head_scanner.hpp"
#include "http1/unsent.hpp"
#include "http1/writer.hpp"
#include "net/protocol.hpp"

namespace sluice::http1 {

/// The HTTP/1 protocol of one connection (RFC 9112): finds messages in the bytes, hands them to the application
/// one after another, and writes the responses in that order. Idle it holds no buffer and no exchange.
class Session final : public net::Protocol {
 public:
  /// A guest is a connection that was accepted although memory is short. It gets one response, which is 503 for
  /// everything but [health].
  explicit Session(Engine& engine, bool guest = false);
  ~Session() override;

  void on_open(net::Transport& transport) override;
  void on_bytes(std::span<char> bytes) override;
  void on_eof() override;
  void on_writable() override;
  void on_sent() override;
  void on_deadline() override;
  void drain() override;
  bool lasting() const override;
  bool obsolete() const override;

  // Called by the exchange.
  void pull_body(std::uint64_t limit);
  void update_body();
  void allow_time(std::chrono::milliseconds more);
  void send(http::Response& response);
  void open_stream(http::Response& head);
  void finish_stream();
  void upgrade(http::Response& head, std::unique_ptr<net::Protocol> next);
  net::Transport& transport() { return *transport_; }
  bool guest() const { return guest_; }

 private:
  enum class Phase : std::uint8_t {
    head,      // between messages, or within a head
    working,   // the application has the request; a body that it has not pulled waits
    body,      // receiving a body that the application has pulled
    discard,   // receiving a body that nobody wants; the response has been given
    upgraded,  // what follows belongs to another protocol
    closed,    // nothing more is read
  };
  /// Marks a call from the connection. During such a call the session continues after the application has returned.
  /// Otherwise the application may be the caller, so its exchange stays valid until the end of the turn.
  class Entry;

  void consume_input();
  void end_input();
  std::size_t consume(std::string_view bytes);
  std::size_t consume_head(std::string_view bytes);
  std::size_t consume_body(std::string_view bytes);
  void consume_stash();
  void begin_exchange(std::string_view head);
  void serve();
  void count_request();
  bool awaits_body() const;
  void begin_body();
  BodyClock::Time now() const;
  void refuse(const Refusal& refusal);
  void time_out();
  bool end_body_early(bool whole);
  void begin_response(http::Response& response);
  void note_response();
  void release(Exchange& exchange);
  void settle();
  bool begin_discard();
  void complete();
  void await_next();
  void end_exchange();
  void give_up();
  void hand_over(std::string_view unread);
  void update_reading();
  void close(bool linger);
  bool flooded() const;
  Persistence persistence() const;
  http::StreamSource* source() const { return exchange_ ? exchange_->source() : nullptr; }

  Engine& engine_;
  net::Transport* transport_ = nullptr;
  Exchange* exchange_ = nullptr;
  UnsentResponses unsent_;
  std::unique_ptr<std::string> stash_;   // received and not yet consumed
  std::unique_ptr<net::Protocol> next_;  // granted by an upgrade
  HeadScanner scanner_;
  BodyClock body_clock_;
  std::uint32_t requests_ = 0;
  Phase phase_ = Phase::head;
  bool head_begun_ = false;  // the head deadline runs
  bool keep_alive_ = true;   // after the response in progress
  bool linger_ = false;      // the peer may still be sending when we close
  bool consuming_ = false;
  bool entered_ = false;      // the connection is the caller
  bool input_ended_ = false;  // the client has ended its sending side
  bool guest_;
};

}  // namespace sluice::http1
