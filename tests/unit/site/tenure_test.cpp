#include "site/tenure.hpp"

#include <doctest/doctest.h>

#include "support/loaded_site.hpp"

using namespace sluice;

namespace {

const std::string chat = "[[websocket]]\npath = \"/chat\"\nreply = \"{message}\"\n";
const std::string events = "[[route]]\npath = \"/news\"\nevents = { room = \"news\" }\n";

}  // namespace

TEST_CASE("an endpoint that says the same has the same tenure, wherever it stands") {
  auto before = test::site_of(chat + events), now = test::site_of("# moved\n\n" + events + chat);
  CHECK(before->endpoints[0].tenure == now->endpoints[1].tenure);
  CHECK(before->endpoints[1].tenure == now->endpoints[0].tenure);
  CHECK(before->endpoints[0].tenure != before->endpoints[1].tenure);
  site::end_tenures(*before, *now);
  CHECK(!now->endpoints[0].tenure->over());
}

TEST_CASE("the order of keys does not matter, what they say does") {
  auto before = test::site_of(chat);
  CHECK(test::site_of("[[websocket]]\nreply = \"{message}\"\npath = \"/chat\"\n")->endpoints[0].tenure ==
        before->endpoints[0].tenure);
  for (auto other : {"reply = \"{message}!\"", "reply = \"{message}\"\nhistory = 1\nroom = \"r\"",
                     "reply = \"{message}\"\norigins = [\"any\"]", "reply = \"{message}\"\nhost = \"a.example\""}) {
    auto site = test::site_of("[[websocket]]\npath = \"/chat\"\n" + std::string(other) + "\n");
    CHECK(site->endpoints[0].tenure != before->endpoints[0].tenure);
  }
}

TEST_CASE("a file-wide host is part of what an endpoint says") {
  CHECK(test::site_of("host = \"a.example\"\n" + chat)->endpoints[0].tenure !=
        test::site_of(chat)->endpoints[0].tenure);
}

TEST_CASE("a tenure ends with its endpoint and does not come back") {
  auto first = test::site_of(chat), without = test::site_of(events);
  site::end_tenures(*first, *without);
  CHECK(first->endpoints[0].tenure->over());
  auto again = test::site_of(chat);
  CHECK(!again->endpoints[0].tenure->over());
  CHECK(again->endpoints[0].tenure != first->endpoints[0].tenure);
}

TEST_CASE("a configuration that does not come into force ends nothing") {
  auto running = test::site_of(chat);
  test::site_of(events);
  CHECK(!running->endpoints[0].tenure->over());
}

TEST_CASE("routes whose connections end with their exchange have no tenure") {
  CHECK(!test::site_of("[[route]]\npath = \"/\"\ntext = \"x\"\n")->endpoints[0].tenure);
}
