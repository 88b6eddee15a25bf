#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "http1/engine.hpp"
#include "http1/exchange.hpp"
#include "http1/head_scanner.hpp"
#include "http1/writer.hpp"
#include "net/protocol.hpp"

namespace sluice::http1 {

/// The HTTP/1 protocol of one connection (RFC 9112): finds messages in the octets, hands them to the application
/// one after another, and writes the responses in that order. Idle it holds no buffer and no exchange.
class Session final : public net::Protocol {
 public:
  /// A guest has come although memory is short: it gets one answer, and only to what is vital another one than 503.
  explicit Session(Engine& engine, bool guest = false);
  ~Session() override;

  void on_open(net::Transport& transport) override;
  void on_bytes(std::span<char> bytes) override;
  void on_eof() override;
  void on_writable() override;
  void on_sent() override;
  void on_deadline() override;
  void drain() override;

  // Called by the exchange.
  void respond(Exchange& exchange, http::Response& response);
  void upgrade(Exchange& exchange, http::Response& response, std::unique_ptr<net::Protocol> next);
  net::Transport& transport() { return *transport_; }

 private:
  enum class Phase : std::uint8_t {
    head,      // between messages, or within a head
    body,      // receiving a body that the application wants
    discard,   // receiving a body that nobody wants; the response has been given
    waiting,   // the application works on the request
    upgraded,  // what follows belongs to another protocol
    closed,    // nothing more is read
  };

  std::size_t consume(std::string_view octets);
  std::size_t consume_head(std::string_view octets);
  std::size_t consume_body(std::string_view octets);
  void consume_stash();
  void begin_exchange(std::string_view head);
  void admit();
  void count_request(bool keep_alive);
  void send_standing(const KnownHead& head, const http::Response& response);
  void begin_body();
  std::chrono::microseconds now() const;
  std::chrono::microseconds body_time_left() const;
  void credit_body(std::uint64_t octets);
  bool extend_body_time();
  void serve();
  void refuse(const Refusal& refusal);
  void finish_response();
  void await_next();
  void end_exchange();
  void note_response(Exchange& exchange, const http::Outcome& outcome);
  void conclude(Exchange& exchange, std::uint64_t sent);
  void settle(std::uint64_t sent, bool all = false);
  void give_up();
  void leave();
  void hand_over(std::string_view unread);
  void update_reading();
  bool flooded() const;
  bool holds_back() const;
  Persistence persistence_of(const Exchange& exchange) const;
  HotResponses* hot_responses() const;

  Engine& engine_;
  net::Transport* transport_ = nullptr;
  Exchange* exchange_ = nullptr;
  Exchange* unsent_ = nullptr;  // the last in the ring of those whose responses are on their way; its next is the first
  std::size_t held_ = 0;        // bytes of memory that these take
  std::unique_ptr<std::string> stash_;   // received and not yet consumed
  std::unique_ptr<net::Protocol> next_;  // granted by an upgrade
  HeadScanner scanner_;
  std::chrono::microseconds body_until_{};  // when the body will be too slow, by the loop's clock
  std::uint32_t requests_ = 0;
  Phase phase_ = Phase::head;
  bool head_begun_ = false;  // the head deadline runs
  bool keep_alive_ = true;   // after the response in progress
  bool linger_ = false;      // the peer may still be sending when we close
  bool consuming_ = false;
  bool guest_;
  bool ended_ = false;  // the peer has ended its side, and waits for its last answer
};

}  // namespace sluice::http1
