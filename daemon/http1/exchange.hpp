#pragma once

#include "http/exchange.hpp"
#include "http1/parser.hpp"

namespace sluice::http1 {

class Session;

/// One HTTP/1 message pair, and the stream of its response where it has one. Belongs to the engine's pool while idle,
/// to its session while in use, so that an idle connection holds no memory for requests.
class Exchange final : public http::Exchange, private http::ResponseStream {
 public:
  bool has_body() const override { return parser.has_body(); }
  void hold_body(bool held) override;
  const net::Transport& transport() const override;
  net::Loop& loop() override;
  void allow_time(std::chrono::milliseconds more) override;

  /// Begins a request of `session`.
  void begin_request(Session& session, http::Application& application);
  /// Forgets the request; keeps a little memory for the next.
  void end();

  // For the session. -----------------------------------------------------------------------------------
  using http::Exchange::cancel;
  using http::Exchange::cancel_later;
  using http::Exchange::end_body;
  using http::Exchange::take_piece;
  /// Bytes of memory that it takes.
  std::size_t footprint() const { return sizeof *this + kept_memory(); }
  http::StreamSource* source() { return source_.get(); }

  Parser parser;
  http::Outcome outcome;   // if all of the response gets to the client
  bool responded = false;  // the response is complete
  bool lasting = false;    // the response has no end
  bool chunked = false;    // in chunks
  bool body_held = false;
  bool continued = false;  // 100 (Continue) was sent
  /// Whether the application has been told how the response ended.
  enum class Told : std::uint8_t { no, when_sent, yes } told = Told::no;
  std::uint64_t response_end = 0;    // what the transport has sent when it has sent all of it
  std::size_t footprint_unsent = 0;  // bytes of memory that it takes until then
  Exchange* next_unsent = nullptr;   // see UnsentResponses

 private:
  void pull_body(std::uint64_t limit) override;
  void send(http::Response& response) override;
  http::ResponseStream& open_stream(http::Response& head) override;
  void switch_protocol(http::Response& head, std::unique_ptr<net::Protocol> next) override;

  void write(std::string_view bytes) override;
  void write_shared(std::shared_ptr<const void> owner, std::string_view bytes) override;
  std::size_t pending() const override;
  void want_writable() override;
  void set_deadline(std::chrono::milliseconds after) override;
  void finish(std::span<const http::FieldLine> trailers) override;
  void abort() override;

  Session* session_ = nullptr;
};

}  // namespace sluice::http1
