#include "rawecho/udp_echo.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "net/socket.hpp"

using namespace sluice;

namespace {

/// An echo service on a free port, and a client socket that is connected to it.
struct Exchange {
  net::Loop loop;
  rawecho::UdpEcho echo;
  int client;

  explicit Exchange(const std::string& address)
      : echo(loop, net::bind_datagram(*net::Endpoint::parse(address), false).value()),
        client(::socket(echo.local().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    ::connect(client, echo.local().raw(), echo.local().length());
  }
  ~Exchange() { ::close(client); }

  std::string answer_to(const std::string& datagram) {
    ::send(client, datagram.data(), datagram.size(), 0);
    loop.run_once();
    std::string answer(1 << 16, '\0');
    auto size = ::recv(client, answer.data(), answer.size(), MSG_DONTWAIT);
    return size < 0 ? "(nothing)" : answer.substr(0, static_cast<std::size_t>(size));
  }
};

net::Address from_port(const char* port) { return net::Endpoint::parse(std::string("127.0.0.1:") + port)->address; }

}  // namespace

TEST_CASE("UDP echo gives every datagram back, the empty and the largest too") {
  Exchange exchange("127.0.0.1:0");
  CHECK(exchange.answer_to("hello") == "hello");
  CHECK(exchange.answer_to("").empty());
  std::string largest(65507, 'x');
  CHECK(exchange.answer_to(largest) == largest);
}

TEST_CASE("UDP echo on all addresses answers from the address that was asked") {
  Exchange exchange("0.0.0.0:0");
  CHECK(exchange.answer_to("hello") == "hello");
}

TEST_CASE("UDP echo does not answer services that would answer back") {
  for (auto port : {"7", "13", "17", "19", "37", "7007", "0"}) CHECK(!rawecho::may_answer(from_port(port), 7007));
  for (auto port : {"1024", "7008", "50000"}) CHECK(rawecho::may_answer(from_port(port), 7007));
}
