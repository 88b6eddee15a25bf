#include "net/socket/network.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using net::Address;
using net::Network;

namespace {

bool contains(std::string_view network, std::string_view address) {
  auto parsed = Network::parse(network);
  REQUIRE_MESSAGE(parsed, network);
  auto client = Address::parse_ip(address);
  REQUIRE_MESSAGE(client, address);
  return parsed->contains(*client);
}

std::string fault_of(std::string_view text) {
  auto parsed = Network::parse(text);
  return parsed ? "" : parsed.error().message;
}

Address unix_client() {
  sockaddr socket{};
  socket.sa_family = AF_UNIX;
  return Address(&socket);
}

}  // namespace

TEST_CASE("a block contains its first and its last address, and none beside them") {
  struct Row {
    const char *network, *before, *first, *last, *behind;
  };
  for (const auto& row : {
           Row{"192.0.2.7", "192.0.2.6", "192.0.2.7", "192.0.2.7", "192.0.2.8"},
           Row{"192.0.2.0/24", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
           Row{"192.0.2.128/25", "192.0.2.127", "192.0.2.128", "192.0.2.255", "192.0.3.0"},
           Row{"192.0.2.4/30", "192.0.2.3", "192.0.2.4", "192.0.2.7", "192.0.2.8"},
           Row{"172.16.0.0/12", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
           Row{"2001:db8::/32", "2001:db7:ffff::", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
               "2001:db9::"},
           Row{"fe80::/10", "fe7f:ffff::", "fe80::", "febf:ffff::1", "fec0::"},
           Row{"::1", "::", "::1", "::1", "::2"},
       }) {
    CAPTURE(row.network);
    CHECK_FALSE(contains(row.network, row.before));
    CHECK(contains(row.network, row.first));
    CHECK(contains(row.network, row.last));
    CHECK_FALSE(contains(row.network, row.behind));
  }
}

TEST_CASE("the longest block contains all addresses of its family, and no others") {
  CHECK(contains("0.0.0.0/0", "255.255.255.255"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("::/0", "2001:db8::1"));
  CHECK_FALSE(contains("::/0", "192.0.2.7"));
}

TEST_CASE("an IPv4 client of an IPv6 socket counts as IPv4") {
  CHECK(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
  CHECK(contains("::ffff:192.0.2.0/120", "192.0.2.7"));
  CHECK_FALSE(contains("::/0", "::ffff:192.0.2.7"));
  CHECK_FALSE(contains("192.0.2.0/24", "::192.0.2.7"));
}

TEST_CASE("clients of Unix sockets are in `unix` and nowhere else") {
  CHECK(Network::parse("unix")->contains(unix_client()));
  CHECK_FALSE(Network::parse("0.0.0.0/0")->contains(unix_client()));
  CHECK_FALSE(Network::parse("::/0")->contains(unix_client()));
  CHECK_FALSE(contains("unix", "127.0.0.1"));
}

TEST_CASE("a block with bits after its prefix names the block that was meant") {
  CHECK(fault_of("192.0.2.7/24") ==
        "`192.0.2.7/24` has bits after its prefix: write 192.0.2.0/24 for the block, or 192.0.2.7 for one address");
  CHECK(fault_of("10.1.2.3/0").find("write 0.0.0.0/0 for") != std::string::npos);
  CHECK(fault_of("2001:db8::7/32").find("write 2001:db8::/32 for") != std::string::npos);
  CHECK(fault_of("127.0.0.1/32").empty());
  CHECK(fault_of("0.0.0.0") == "no client has this address; all of them are `0.0.0.0/0`");
  CHECK(fault_of("::") == "no client has this address; all of them are `::/0`");
}

TEST_CASE("what is no address is refused") {
  for (std::string_view text : {"", "example.org", "192.0.2", "192.0.2.256", "192.0.2.7.1", "192.0.2.*", "[::1]",
                                "192.0.2.7:80", "fe80::1%eth0", " 192.0.2.7", "192.0.2.1-192.0.2.9", "/24", "Unix"})
    CHECK_MESSAGE(fault_of(text).find("is not an address") != std::string::npos, text);
  for (auto text :
       {"192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/24/8", "192.0.2.0/255.255.255.0"})
    CHECK_MESSAGE(fault_of(text) == "the prefix length must be from 0 to 32", text);
  CHECK(fault_of("::/129") == "the prefix length must be from 0 to 128");
  CHECK_FALSE(fault_of(std::string_view("192.0.2.7\0x", 11)).empty());
  CHECK(fault_of("localhost") == "write \"loopback\" for the clients of this machine");
  CHECK(fault_of("*") == "all addresses are \"0.0.0.0/0\" and \"::/0\"");
}

TEST_CASE("words stand for the blocks that have their name") {
  auto in = [](std::string_view word, std::string_view address) {
    return net::contains(net::networks_by_name(word), *Address::parse_ip(address));
  };
  for (auto address : {"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"}) {
    CHECK_MESSAGE(in("loopback", address), address);
    CHECK_MESSAGE(in("private", address), address);
  }
  for (auto address : {"10.0.0.1", "172.31.0.1", "192.168.1.1", "169.254.0.1", "fd00::1", "fe80::1"}) {
    CHECK_FALSE_MESSAGE(in("loopback", address), address);
    CHECK_MESSAGE(in("private", address), address);
  }
  for (auto address : {"192.0.2.7", "172.32.0.1", "2001:db8::1"}) CHECK_FALSE_MESSAGE(in("private", address), address);
  CHECK(net::networks_by_name("public").empty());
}
