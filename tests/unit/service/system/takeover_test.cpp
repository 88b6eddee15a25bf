#include "service/system/takeover.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

using namespace sluice::service;

TEST_CASE("a succession survives its way through the environment") {
  Succession sent{42, 6, {{"http 127.0.0.1:8080", "", 3}, {"http unix:/run/a b", "", 4}, {"", "sluice.socket", 5}}};
  auto received = Succession::parse(sent.text());
  REQUIRE(received);
  CHECK(received->predecessor == 42);
  CHECK(received->ready == 6);
  CHECK(received->sockets == sent.sockets);
}

TEST_CASE("a text that is no succession is not taken for one") {
  for (const char* text : {"predecessor", "predecessor x", "ready -1", "key 3", "key x http :80", "socket 3 http :80",
                           "ready 99999999999999999999"})
    CHECK_FALSE(Succession::parse(text).has_value());
}

TEST_CASE("handed sockets are found by their listener and not by their address") {
  InheritedSockets sockets;
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  sockets.add("http :80", "", pair[0]);
  sockets.add("", "web", pair[1]);
  CHECK(sockets.handed_over("http :80") == std::vector{pair[0]});
  CHECK(sockets.handed_over("http :81").empty());
  CHECK(sockets.handed_over("").empty());
  CHECK(sockets.names() == "web");
  sockets.forget_handed_over();
  CHECK(sockets.size() == 1);
}
