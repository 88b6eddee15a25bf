#include "site/lease.hpp"

#include <doctest/doctest.h>

#include "support/loaded_site.hpp"

using namespace sluice;

namespace {

const std::string chat = "[[websocket]]\npath = \"/chat\"\nreply = \"{message}\"\n";
const std::string events = "[[route]]\npath = \"/news\"\nevents = { room = \"news\" }\n";

}  // namespace

TEST_CASE("an endpoint that says the same has the same lease, wherever it stands") {
  auto before = test::site_of(chat + events), now = test::site_of("# moved\n\n" + events + chat);
  CHECK(before->endpoints[0].lease == now->endpoints[1].lease);
  CHECK(before->endpoints[1].lease == now->endpoints[0].lease);
  CHECK(before->endpoints[0].lease != before->endpoints[1].lease);
  site::end_leases(*before, *now);
  CHECK(!now->endpoints[0].lease->over());
}

TEST_CASE("the order of keys does not matter, what they say does") {
  auto before = test::site_of(chat);
  CHECK(test::site_of("[[websocket]]\nreply = \"{message}\"\npath = \"/chat\"\n")->endpoints[0].lease ==
        before->endpoints[0].lease);
  for (auto other : {"reply = \"{message}!\"", "reply = \"{message}\"\nhistory = 1\nroom = \"r\"",
                     "reply = \"{message}\"\norigins = [\"any\"]", "reply = \"{message}\"\nhost = \"a.example\""}) {
    auto site = test::site_of("[[websocket]]\npath = \"/chat\"\n" + std::string(other) + "\n");
    CHECK(site->endpoints[0].lease != before->endpoints[0].lease);
  }
}

TEST_CASE("a file-wide host is part of what an endpoint says") {
  CHECK(test::site_of("host = \"a.example\"\n" + chat)->endpoints[0].lease != test::site_of(chat)->endpoints[0].lease);
}

TEST_CASE("a lease ends with its endpoint and does not come back") {
  auto first = test::site_of(chat), without = test::site_of(events);
  site::end_leases(*first, *without);
  CHECK(first->endpoints[0].lease->over());
  auto again = test::site_of(chat);
  CHECK(!again->endpoints[0].lease->over());
  CHECK(again->endpoints[0].lease != first->endpoints[0].lease);
}

TEST_CASE("a configuration that does not come into force ends nothing") {
  auto running = test::site_of(chat);
  test::site_of(events);
  CHECK(!running->endpoints[0].lease->over());
}

TEST_CASE("routes whose connections end with their exchange have no lease") {
  CHECK(!test::site_of("[[route]]\npath = \"/\"\ntext = \"x\"\n")->endpoints[0].lease);
}
