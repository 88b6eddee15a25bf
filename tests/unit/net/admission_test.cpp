#include "net/admission.hpp"

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

TEST_CASE("without a limit nothing is counted, and nobody enters while memory is short") {
  Admission admission;
  bool counted = true;
  CHECK(admission.enter(address("192.0.2.1:1"), counted));
  CHECK_FALSE(counted);
  admission.refusing = true;
  CHECK_FALSE(admission.enter(address("192.0.2.1:1"), counted));
  CHECK_FALSE(counted);
}
