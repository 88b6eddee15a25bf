#include "net/socket/port_holder.hpp"

#include <doctest/doctest.h>

using namespace sluice::net;

namespace {

// As proc(5) has it: the second and the third line listen, the fourth is a connection.
constexpr std::string_view v4 =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000 "
    "100 0 0 10 0\n"
    "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000 "
    "100 0 0 10 0\n"
    "   2: 0100007F:2382 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 4713 1 0000 "
    "20 4 30 10 -1\n";
constexpr std::string_view v6 =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue "
    "tr ...\n"
    "   0: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 0:0 00:0 0  1000   "
    "     0 4721 1\n";

std::string_view holder(std::string_view table, const char* address, bool datagrams = false) {
  return holder_inode(table, Endpoint::parse(address)->address, datagrams);
}

}  // namespace

TEST_CASE("the socket that keeps an address from being bound is found by address and port") {
  CHECK(holder(v4, "127.0.0.1:8080") == "4711");
  CHECK(holder(v4, "127.0.0.2:8080").empty());
  CHECK(holder(v4, "127.0.0.1:8081").empty());
  CHECK(holder(v6, "[::1]:8081") == "4721");
  CHECK(holder(v6, "[::2]:8081").empty());
}

TEST_CASE("a socket for every address is in the way of each, and the reverse") {
  CHECK(holder(v4, "127.0.0.1:80") == "4712");
  CHECK(holder(v4, "0.0.0.0:8080") == "4711");
  CHECK(holder(v4, ":8080") == "4711");
}

TEST_CASE("a connection holds no address, and neither does a socket of another protocol") {
  CHECK(holder(v4, "127.0.0.1:9090").empty());
  CHECK(holder(v4, "127.0.0.1:8080", true).empty());
  CHECK(holder("", "127.0.0.1:8080").empty());
}
