#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http1/engine.hpp"
#include "http1/session.hpp"
#include "support/fake_transport.hpp"

namespace sluice::http1 {

/// An application that answers "METHOD path?query body" and does as the path says: /wait keeps the exchange, /early
/// answers from the head, /upgrade grants an upgrade, /close ends the connection, /drop does not want the body, /vital
/// is answered to guests, too.
class TestApplication : public http::Application {
 public:
  void on_head(http::Exchange& exchange) override {
    exchange.body_limit = 100;
    exchange.keeps_body = exchange.request.path != "/drop";
    if (exchange.request.path == "/early") answer(exchange, 404, "early");
  }
  void on_request(http::Exchange& exchange) override {
    const auto& request = exchange.request;
    if (request.path == "/wait") {
      exchange.wait_for(std::make_unique<http::Work>());
      waiting = &exchange;
      return;
    }
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
  bool is_vital(const http::Exchange& exchange) const override { return exchange.request.path == "/vital"; }
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

  http::Exchange* waiting = nullptr;
  std::vector<http::Status> outcomes;  // 0: aborted
  std::vector<std::uint64_t> octets;   // of the bodies that were sent
};

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
