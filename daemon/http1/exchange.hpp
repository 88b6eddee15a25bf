#pragma once

#include <string>

#include "http/exchange.hpp"
#include "http1/known_heads.hpp"
#include "http1/parser.hpp"

namespace sluice::http1 {

class Session;

/// One HTTP/1 message pair. Belongs to the engine's pool while idle, to its session while in use, so that an
/// idle connection holds no memory for requests.
class Exchange final : public http::Exchange {
 public:
  void respond(http::Response&& response) override;
  void upgrade(http::Response&& response, std::unique_ptr<net::Protocol> next) override;
  const net::Transport& transport() const override;
  net::Loop& loop() override;

  void begin(Session& session) { session_ = &session; }
  /// The request is that of `head`.
  void repeat(KnownHead& head);
  /// Forgets the request; keeps a little memory for the next.
  void end();

  Parser parser;
  std::string body;
  bool responded = false;
  // While the response is on its way:
  bool unsent = false;
  http::Outcome outcome;            // if it gets there
  std::uint64_t response_end = 0;   // what the transport has sent by then
  std::size_t held = 0;             // bytes of memory that it takes meanwhile
  Exchange* next_unsent = nullptr;  // in the session's ring of those that are done but for that

 private:
  static constexpr std::size_t kept_body = 64 * 1024;

  Session* session_ = nullptr;
  KnownHead* head_ = nullptr;  // in which the request lies
};

}  // namespace sluice::http1
