#include "service/system/activation.hpp"

#include <doctest/doctest.h>

#include "net/socket/socket.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using service::InheritedSockets;

namespace {

net::Endpoint endpoint(const std::string& text) { return *net::Endpoint::parse(text); }

InheritedSockets passed(std::initializer_list<std::pair<const char*, int>> sockets) {
  std::vector<InheritedSockets::Socket> all;
  for (auto [name, fd] : sockets) all.push_back({name, FileDescriptor(fd)});
  return InheritedSockets(std::move(all));
}

}  // namespace

TEST_CASE("a passed socket is found by its name, several of one name together") {
  int one = net::listen_on(endpoint("127.0.0.1:0"), false).value();
  int two = net::listen_on(endpoint("127.0.0.1:0"), false).value();
  int other = net::listen_on(endpoint("127.0.0.1:0"), false).value();
  auto sockets = passed({{"http", one}, {"http", two}, {"admin", other}});
  CHECK(sockets.find(endpoint("systemd:http"), false) == std::vector{one, two});
  CHECK(sockets.find(endpoint("systemd:admin"), false) == std::vector{other});
  CHECK(sockets.find(endpoint("systemd:none"), false).empty());
  CHECK(sockets.names() == "http, http, admin");
  CHECK(InheritedSockets().names() == "none");
}

TEST_CASE("a passed socket is found by the address to which it is bound") {
  test::TemporaryDirectory folder;
  int tcp = net::listen_on(endpoint("127.0.0.1:0"), false).value();
  int local = net::listen_on(endpoint("unix:" + folder.path("s")), false).value();
  auto sockets = passed({{"a", tcp}, {"b", local}});
  auto place = service::listening_place(tcp);
  CHECK(sockets.find(endpoint(place), false) == std::vector{tcp});
  CHECK(sockets.find(endpoint("unix:" + folder.path("s")), false) == std::vector{local});
  CHECK(service::listening_place(local) == "unix:" + folder.path("s"));
  CHECK(sockets.find(endpoint("127.0.0.1:0"), false).empty());
}

TEST_CASE("a datagram socket does not serve streams, nor the reverse") {
  int udp = net::bind_datagram(endpoint("127.0.0.1:0"), false).value();
  auto sockets = passed({{"echo", udp}});
  CHECK(sockets.find(endpoint("systemd:echo"), true) == std::vector{udp});
  CHECK(sockets.find(endpoint("systemd:echo"), false).empty());
}
