#include "net/socket/admission.hpp"

#include <doctest/doctest.h>

using namespace sluice::net;

namespace {

Address address(const char* text) { return Endpoint::parse(text).value().address; }

bool enter(Admission& admission, const char* text) {
  bool counted = false;
  return admission.enter(address(text), counted);
}

}  // namespace

TEST_CASE("an address has as many connections as it may, and others have their own") {
  Admission admission;
  admission.per_address = 2;
  CHECK(enter(admission, "192.0.2.1:1"));
  CHECK(enter(admission, "192.0.2.1:2"));
  CHECK_FALSE(enter(admission, "192.0.2.1:3"));
  CHECK(enter(admission, "192.0.2.2:1"));
  admission.leave(address("192.0.2.1:1"));
  CHECK(enter(admission, "192.0.2.1:4"));
}

TEST_CASE("IPv6 clients are counted by their /64, mapped IPv4 ones by their address") {
  Admission admission;
  admission.per_address = 1;
  CHECK(enter(admission, "[2001:db8::1]:1"));
  CHECK_FALSE(enter(admission, "[2001:db8::2]:1"));
  CHECK(enter(admission, "[2001:db8:0:1::1]:1"));
  CHECK(enter(admission, "[::ffff:192.0.2.1]:1"));
  CHECK_FALSE(enter(admission, "192.0.2.1:1"));
  CHECK(enter(admission, "192.0.2.2:1"));
}

TEST_CASE("no IPv4 address shares a count with an IPv6 network") {
  Admission admission;
  admission.per_address = 1;
  CHECK(enter(admission, "[2001:db8::1]:1"));
  CHECK(enter(admission, "32.1.13.184:1"));  // 0x20, 0x01, 0x0d, 0xb8
  CHECK_FALSE(enter(admission, "32.1.13.184:2"));
  CHECK(enter(admission, "[::]:1"));
  CHECK(enter(admission, "0.0.0.0:1"));
}

TEST_CASE("addresses from which proxies come may be left out") {
  Admission admission;
  admission.per_address = 1;
  admission.counts_private = false;
  for (const char* text : {"127.0.0.1:1", "10.1.2.3:1", "172.16.0.1:1", "172.31.255.1:1", "192.168.1.1:1",
                           "169.254.1.1:1", "[::1]:1", "[fe80::1]:1", "[fd00::1]:1", "[::ffff:10.0.0.1]:1"}) {
    CAPTURE(text);
    for (int i = 0; i < 3; ++i) CHECK(enter(admission, text));
  }
  for (const char* text : {"172.32.0.1:1", "192.0.2.1:1", "11.0.0.1:1", "[2001:db8::1]:1", "[::ffff:192.0.2.2]:1"}) {
    CAPTURE(text);
    CHECK(enter(admission, text));
    CHECK_FALSE(enter(admission, text));
  }
}

TEST_CASE("without a limit nothing is counted") {
  Admission admission;
  bool counted = true;
  CHECK(admission.enter(address("192.0.2.1:1"), counted));
  CHECK_FALSE(counted);
}
