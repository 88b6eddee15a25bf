#include "echo/tcp_echo.hpp"

#include <doctest/doctest.h>

#include "websocket/conversation.hpp"

using sluice::echo::TcpEcho;
using sluice::websocket::test::FakeTransport;

namespace {

struct Client {
  FakeTransport transport;
  TcpEcho echo{std::chrono::seconds(60)};
  Client() { echo.on_open(transport); }
  void send(std::string bytes) { echo.on_bytes({bytes.data(), bytes.size()}); }
};

}  // namespace

TEST_CASE("TCP echo gives every octet back, in order") {
  Client client;
  client.send("hello ");
  client.send({"\0\xff\r\n", 4});
  CHECK(client.transport.output == std::string("hello \0\xff\r\n", 10));
}

TEST_CASE("TCP echo closes after the client's end, when what is queued has gone") {
  Client client;
  client.send("last words");
  client.echo.on_eof();
  CHECK(client.transport.closed);
  CHECK(client.transport.output == "last words");
}

TEST_CASE("TCP echo reads nothing while the client does not read") {
  Client client;
  client.transport.unsent = sluice::net::output_high_water + 1;
  client.send("more");
  CHECK(client.transport.paused);
  client.echo.on_writable();
  CHECK(!client.transport.paused);
}

TEST_CASE("TCP echo does not lose what stands unread before the end") {
  Client client;
  client.transport.unsent = sluice::net::output_high_water + 1;
  client.send("first ");
  client.echo.on_eof();
  CHECK(!client.transport.closed);
  client.transport.unsent = 0;
  client.echo.on_writable();
  client.send("last");
  client.echo.on_eof();
  CHECK(client.transport.closed);
  CHECK(client.transport.output == "first last");
}

TEST_CASE("TCP echo closes an idle connection at its deadline, and every one when draining") {
  Client idle;
  CHECK(idle.transport.deadline == std::chrono::seconds(60));
  idle.echo.on_deadline();
  CHECK(idle.transport.closed);
  Client drained;
  drained.echo.drain();
  CHECK(drained.transport.closed);
}
