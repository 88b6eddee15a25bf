#include "echo/udp_echo.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "net/socket/socket.hpp"

using namespace sluice;

namespace {

/// An echo service on a free port, and a client socket that is connected to it.
struct Exchange {
  net::Loop loop;
  echo::UdpEcho echo;
  int client;

  explicit Exchange(const std::string& address)
      : echo(loop, net::bind_datagram(*net::Endpoint::parse(address), false).value(), {20}),
        client(::socket(echo.local().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(::connect(client, echo.local().raw(), echo.local().length()) == 0);
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
  for (auto port : {"7", "13", "17", "19", "37", "53", "123", "1023", "7007", "0"})
    CHECK(!echo::may_answer(from_port(port), 7007));
  for (auto port : {"1024", "7008", "50000"}) CHECK(echo::may_answer(from_port(port), 7007));
}

namespace {

/// A socket on a port of its own; `echo` takes it over.
struct Bound {
  int fd, copy;
  explicit Bound(const std::string& address)
      : fd(net::bind_datagram(*net::Endpoint::parse(address), false).value()), copy(::dup(fd)) {}
  ~Bound() { ::close(copy); }
  bool has_datagram() const {
    pollfd one{copy, POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
  }
};

}  // namespace

TEST_CASE("two UDP echoes that a forged datagram sets against each other are soon quiet") {
  net::Loop loop;
  Bound one("127.0.0.1:0"), other("127.0.0.1:0");
  auto place = net::local_address(other.fd);
  ::sendto(one.fd, "x", 1, 0, place.raw(), place.length());  // seems to come from the first echo
  echo::UdpEcho first(loop, one.fd, {20}), second(loop, other.fd, {20});
  int turns = 0;
  for (; turns < 5000 && (one.has_datagram() || other.has_datagram()); ++turns) loop.run_once();
  CHECK(turns < 200);
}

TEST_CASE("a sender is answered as often as the rate says, an IPv6 one as its network") {
  echo::SenderRates rates({3});
  auto take = [&](const char* address, std::uint64_t now) {
    return rates.take(net::Endpoint::parse(address)->address, now);
  };
  for (auto from : {"10.0.0.1:5000", "[2001:db8:1:2::1]:5000"}) {
    for (int i = 0; i < 3; ++i) CHECK(take(from, 1000));
    CHECK(!take(from, 1000));
    CHECK(!take(from, 1300));
    CHECK(take(from, 1400));
  }
  CHECK(!take("[2001:db8:1:2:ffff::7]:9000", 1400));
  CHECK(!take("10.0.0.1:6000", 1400));
  CHECK(take("10.0.0.2:5000", 1400));
}
