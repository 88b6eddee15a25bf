#include "websocket/handshake.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace sluice;
using namespace sluice::websocket;

namespace {

/// A request that may be changed before it is judged.
struct Try {
  std::vector<http::FieldLine> fields{{"Host", "example.com"},
                                      {"Upgrade", "websocket"},
                                      {"Connection", "Upgrade"},
                                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                      {"Sec-WebSocket-Version", "13"}};
  http::Request request;
  HandshakeOptions options;

  Try() { request.authority = request.host = "example.com"; }
  Try& set(std::string_view name, std::string_view value) {
    remove(name);
    return add(name, value);
  }
  Try& add(std::string_view name, std::string_view value) {
    fields.push_back({name, value});
    return *this;
  }
  Try& remove(std::string_view name) {
    std::erase_if(fields, [&](const auto& line) { return line.name == name; });
    return *this;
  }
  Handshake judge() {
    request.fields = fields;
    return shake_hands(request, options);
  }
  http::Status status() { return judge().status; }
};

http::Status with_origin(std::string_view origin, http::OriginPolicy policy = {}) {
  Try attempt;
  attempt.options.origins = std::move(policy);
  return attempt.set("Origin", origin).status();
}

}  // namespace

TEST_CASE("the handshake of RFC 6455 §1.3 is accepted with the accept key given there") {
  auto shaken = Try().judge();
  CHECK(shaken.status == 101);
  CHECK(shaken.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(shaken.protocol.empty());
}

TEST_CASE("tokens are found whatever their case and place in a list") {
  CHECK(Try().set("Upgrade", "WebSocket").status() == 101);
  CHECK(Try().set("Upgrade", "h2c, websocket").status() == 101);
  CHECK(Try().set("Connection", "keep-alive, Upgrade").status() == 101);
  CHECK(Try().set("Connection", "keep-alive").add("connection", "UPGRADE").status() == 101);
}

TEST_CASE("a request without a wish to upgrade is answered with 426") {
  CHECK(Try().remove("Upgrade").status() == 426);
  CHECK(Try().set("Upgrade", "h2c").status() == 426);
  CHECK(Try().set("Upgrade", "websockets").status() == 426);
  Try old;
  old.request.version = http::Version::http10;
  CHECK(old.status() == 426);
}

TEST_CASE("a missing or other version is answered with 426") {
  CHECK(Try().remove("Sec-WebSocket-Version").status() == 426);
  CHECK(Try().set("Sec-WebSocket-Version", "8").status() == 426);
  CHECK(Try().set("Sec-WebSocket-Version", "013").status() == 426);
}

TEST_CASE("a handshake that breaks the rules is answered with 400 and a reason") {
  CHECK(Try().remove("Connection").status() == 400);
  CHECK(Try().set("Connection", "close").status() == 400);
  CHECK(Try().remove("Sec-WebSocket-Key").status() == 400);
  CHECK(Try().set("Sec-WebSocket-Key", "abc").status() == 400);
  CHECK(Try().set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=").status() == 400);
  CHECK(Try().set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZR==").status() == 400);  // spare bits set
  CHECK(Try().set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTE=").status() == 400);  // 17 octets
  CHECK(Try().add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==").status() == 400);
  CHECK(Try().add("Sec-WebSocket-Version", "13").status() == 400);
  CHECK(Try().set("Connection", "close").judge().reason == "The Connection field lacks the option `upgrade`.");
}

TEST_CASE("another method than GET is answered with 405") {
  Try post;
  post.request.method = http::Method::post;
  CHECK(post.status() == 405);
  Try head;  // asks what GET would say
  head.request.method = http::Method::head;
  CHECK(head.status() == 426);
}

TEST_CASE("by default pages of the same host may connect, and clients that are no pages") {
  CHECK(Try().status() == 101);
  CHECK(with_origin("http://example.com") == 101);
  CHECK(with_origin("https://EXAMPLE.com") == 101);
  CHECK(with_origin("http://example.com:80") == 101);
  CHECK(with_origin("http://example.com:8080") == 403);
  CHECK(with_origin("http://evil.example") == 403);
  CHECK(with_origin("http://example.com.evil.example") == 403);
  CHECK(with_origin("null") == 403);
  CHECK(with_origin("") == 403);
  CHECK(Try().set("Origin", "http://example.com").add("Origin", "http://example.com").status() == 400);
  Try ported;
  ported.request.authority = "[::1]:8080";
  CHECK(ported.set("Origin", "http://[::1]:8080").status() == 101);
  CHECK(ported.set("Origin", "http://[::1]").status() == 403);
}

TEST_CASE("the first of our subprotocols that the client offers is chosen, or none") {
  Try attempt;
  attempt.options.protocols = {"v2.chat", "chat"};
  CHECK(attempt.set("Sec-WebSocket-Protocol", "superchat, chat").judge().protocol == "chat");
  CHECK(attempt.set("Sec-WebSocket-Protocol", "chat, v2.chat").judge().protocol == "v2.chat");
  CHECK(attempt.set("Sec-WebSocket-Protocol", "Chat").judge().protocol.empty());
  CHECK(Try().set("Sec-WebSocket-Protocol", "chat").judge().protocol.empty());
}
