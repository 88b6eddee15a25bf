#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http1/engine.hpp"
#include "http1/session.hpp"
#include "support/fake_transport.hpp"

namespace sluice::http1 {

/// A response that is written by the test.
struct TestSource final : http::StreamSource {
  explicit TestSource(TestSource*& place) : place_(place) { place_ = this; }
  ~TestSource() override { place_ = nullptr; }
  void on_open(http::ResponseStream& opened) override { stream = &opened; }
  void on_writable() override { ++writable; }
  void on_deadline() override { stream->write("late"); }
  void on_client_ended() override { ++ended; }
  void drain() override { stream->finish(); }
  bool lasting() const override { return true; }

  http::ResponseStream* stream = nullptr;
  int writable = 0, ended = 0;

 private:
  TestSource*& place_;
};

/// Takes a body, and answers with its size, or in the middle where a piece has a '!'; by a stream where it has a '~'.
struct TestSink final : http::BodySink {
  TestSink(http::Exchange& of, TestSink*& place, TestSource*& source) : exchange(of), place_(place), source_(source) {
    place_ = this;
  }
  ~TestSink() override { place_ = nullptr; }
  void on_piece(std::string_view bytes) override;
  void on_end() override;

  std::string taken;
  http::Exchange& exchange;

 private:
  TestSink*& place_;
  TestSource*& source_;
};

/// An application that answers "METHOD path?query body" and does as the path says: /wait keeps the exchange, /early
/// answers from the head, /stream begins a stream, /sink takes the body as it comes, /upgrade grants an upgrade, /close
/// ends the connection, /drop does not want the body. Guests are answered 503, but for /vital.
class TestApplication : public http::Application {
 public:
  void on_request(http::Exchange& exchange) override {
    if (exchange.guest && exchange.request.path != "/vital") return answer(exchange, 503, "no room");
    if (exchange.request.path == "/drop") return exchange.skip(100, [this, &exchange] { act(exchange); });
    if (exchange.request.path == "/early") return answer(exchange, 404, "early");
    if (exchange.request.path == "/sink")
      return exchange.stream(100, std::make_unique<TestSink>(exchange, sink, source));
    if (exchange.request.path == "/unread") return keep(exchange);
    exchange.read_all(100, [this, &exchange] { act(exchange); });
  }
  void act(http::Exchange& exchange) {
    const auto& request = exchange.request;
    if (request.path == "/wait") {
      exchange.wait_for(std::make_unique<http::Work>());
      return keep(exchange);
    }
    if (request.path == "/stream") return exchange.begin({}, std::make_unique<TestSource>(source));
    if (request.path == "/upgrade") {
      http::Response response;
      response.status = 101;
      return exchange.upgrade(std::move(response), nullptr);
    }
    std::string text(http::name(request.method));
    text.append(" ").append(request.path);
    if (request.has_query) text.append("?").append(request.query);
    if (!request.body.empty()) text.append(" ").append(request.body);
    answer(exchange, 200, text);
  }
  void on_protocol_error(http::Exchange& exchange, http::Status status, std::string_view reason) override {
    answer(exchange, status, reason);
  }
  void on_end(http::Exchange&, const http::Outcome& outcome) override {
    outcomes.push_back(outcome.aborted ? 0 : outcome.status);
    octets.push_back(outcome.body_octets);
  }

  static void answer(http::Exchange& exchange, http::Status status, std::string_view text) {
    http::Response response;
    response.status = status;
    response.body = exchange.arena.copy(text);
    response.close = exchange.request.path == "/close";
    exchange.respond(std::move(response));
  }

  void keep(http::Exchange& exchange) { waiting = &exchange; }

  http::Exchange* waiting = nullptr;
  TestSource* source = nullptr;        // of the last stream, while it is open
  TestSink* sink = nullptr;            // of the last body, while it is taken
  std::vector<http::Status> outcomes;  // 0: aborted
  std::vector<std::uint64_t> octets;   // of the bodies that were sent
};

inline void TestSink::on_piece(std::string_view bytes) {
  taken += bytes;
  if (bytes.find('~') != std::string_view::npos) return exchange.begin({}, std::make_unique<TestSource>(source_));
  if (bytes.find('!') != std::string_view::npos) TestApplication::answer(exchange, 507, "full");
}

inline void TestSink::on_end() { TestApplication::answer(exchange, 201, std::to_string(taken.size())); }

/// What was sent, without its Date lines.
inline std::string without_dates(std::string text) {
  for (auto at = text.find("Date: "); at != std::string::npos; at = text.find("Date: ")) text.erase(at, 37);
  return text;
}

/// A session with its surroundings.
struct Scene {
  TestApplication application;
  Engine engine{application, Settings{}};
  test::FakeTransport transport;
  std::unique_ptr<Session> session = std::make_unique<Session>(engine);

  Scene() { session->on_open(transport); }
  explicit Scene(const Settings& settings) {
    engine.set_settings(settings);
    session->on_open(transport);
  }

  void send(std::string bytes) { session->on_bytes({bytes.data(), bytes.size()}); }
  /// In pieces that begin at every multiple of `size`.
  void send_in_pieces(std::string_view bytes, std::size_t size) {
    for (std::size_t at = 0; at < bytes.size() && !transport.closed; at += size)
      send(std::string(bytes.substr(at, size)));
  }
  std::string output() const { return without_dates(transport.output); }
};

inline std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace sluice::http1
