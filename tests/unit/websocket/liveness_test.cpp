#include "websocket/liveness.hpp"

#include <doctest/doctest.h>

#include "base/rate.hpp"
#include "conversation.hpp"

using namespace sluice;
using namespace sluice::websocket;
using namespace sluice::websocket::test;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

namespace {

Limits limits_of(LivenessLimits liveness, Rate rate = {}) {
  Limits limits;
  limits.liveness = liveness;
  limits.rate = rate;
  return limits;
}

/// Lets the time of the deadline come.
void wait_for_deadline(Conversation& conversation) {
  REQUIRE(conversation.transport.deadline > 0ms);
  conversation.transport.time += static_cast<std::uint64_t>(conversation.transport.deadline.count());
  conversation.session->on_deadline();
}

void wait(Conversation& conversation, std::chrono::milliseconds time) {
  conversation.transport.time += static_cast<std::uint64_t>(time.count());
}

}  // namespace

TEST_CASE("a session without limits of time never wakes") {
  Conversation conversation(limits_of({}));
  CHECK(conversation.transport.deadline == 0ms);
}

TEST_CASE("a quiet peer is pinged, again and again as long as it answers") {
  Conversation conversation(limits_of({.ping = 25s, .pong_timeout = 10s}));
  for (int i = 0; i < 3; ++i) {
    wait_for_deadline(conversation);
    wait(conversation, 9s);
    conversation.receive(pong(""));
    wait_for_deadline(conversation);  // that of the answer, which has come
  }
  CHECK(conversation.sent() == Texts{"ping ", "ping ", "ping "});
  CHECK(!conversation.transport.aborted);
}

TEST_CASE("a peer that still takes what was sent before the ping has more time for its answer") {
  Conversation conversation(limits_of({.ping = 25s, .pong_timeout = 10s}));
  auto& delivered = conversation.transport.delivered;
  std::uint64_t begin = 1000;
  SUBCASE("") {}
  SUBCASE("also after 4 GiB of output") { begin = 0xFFFF'F000; }
  delivered = {.confirmed = begin, .outstanding = 5000};
  wait_for_deadline(conversation);
  for (int i = 0; i < 4; ++i) {
    delivered.confirmed += 1000;
    wait_for_deadline(conversation);
    CHECK(!conversation.transport.aborted);
  }
  CHECK(conversation.sent() == Texts{"ping "});

  SUBCASE("until it has taken all: then the answer is due as ever") {
    delivered.confirmed = begin + 5000;
    wait_for_deadline(conversation);
    CHECK(!conversation.transport.aborted);
    delivered.confirmed += 100;  // whatever else was sent meanwhile
    wait_for_deadline(conversation);
    CHECK(conversation.transport.aborted);
  }
  SUBCASE("until it takes no more") {
    wait_for_deadline(conversation);
    CHECK(conversation.transport.aborted);
  }
  SUBCASE("and is heard when it answers") {
    conversation.receive(pong(""));
    wait_for_deadline(conversation);
    wait_for_deadline(conversation);
    CHECK(conversation.sent() == Texts{"ping ", "ping "});
    CHECK(!conversation.transport.aborted);
  }
}

TEST_CASE("a peer that has taken all before the ping must answer in time") {
  Conversation conversation(limits_of({.ping = 25s, .pong_timeout = 10s}));
  conversation.transport.delivered = {.confirmed = 1000, .outstanding = 0};
  wait_for_deadline(conversation);
  conversation.transport.delivered = {.confirmed = 1002, .outstanding = 0};
  wait_for_deadline(conversation);
  CHECK(conversation.transport.aborted);
}

TEST_CASE("a peer that sends is not pinged") {
  Conversation conversation(limits_of({.ping = 25s, .pong_timeout = 10s}, {}));
  for (int i = 0; i < 10; ++i) {
    wait(conversation, 20s);
    conversation.receive(pong(""));
    conversation.session->on_deadline();
  }
  CHECK(conversation.sent().empty());
}

TEST_CASE("a peer that does not answer a ping is dropped") {
  Conversation conversation(limits_of({.ping = 25s, .pong_timeout = 10s}));
  wait_for_deadline(conversation);
  CHECK(conversation.transport.deadline == 10s);
  wait_for_deadline(conversation);
  CHECK(conversation.sent() == Texts{"ping "});
  CHECK(conversation.transport.aborted);
  CHECK(conversation.events == Texts{"open", "close 1006 no answer to a ping unclean"});
}

TEST_CASE("whatever a peer sends is an answer to a ping") {
  Conversation conversation(limits_of({.ping = 25s, .pong_timeout = 10s}));
  wait_for_deadline(conversation);
  conversation.receive(text("here"));
  wait_for_deadline(conversation);
  CHECK(!conversation.transport.aborted);
}

TEST_CASE("a peer from which nothing is read is not taken for dead") {
  Conversation conversation(limits_of({.ping = 25s, .pong_timeout = 10s}));
  conversation.session->hold_reading(true);
  for (int i = 0; i < 5; ++i) wait_for_deadline(conversation);
  CHECK(!conversation.transport.aborted);
}

TEST_CASE("a session without messages is closed 1001, pings or not") {
  Conversation conversation(limits_of({.ping = 4s, .pong_timeout = 2s, .idle = 10s}));
  conversation.receive(text("x"));
  while (conversation.session->open()) {
    wait_for_deadline(conversation);
    conversation.receive(pong(""));
  }
  CHECK(conversation.transport.time == 11'000);
  CHECK(conversation.sent().back() == "close 1001");
}

TEST_CASE("messages that go keep a session alive as well") {
  Conversation conversation(limits_of({.idle = 10s}));
  wait(conversation, 6s);
  conversation.session->send_text("news");
  wait(conversation, 6s);
  conversation.session->on_deadline();
  CHECK(conversation.session->open());
  wait_for_deadline(conversation);
  CHECK(!conversation.session->open());
}

TEST_CASE("a session ends at its age, busy or not") {
  Conversation conversation(limits_of({.idle = 10s, .max_age = 60s}));
  for (int i = 0; i < 60; ++i) {
    CHECK(conversation.session->open());
    wait(conversation, 1s);
    conversation.receive(text("x"));
    conversation.session->on_deadline();
  }
  CHECK(conversation.sent().back() == "close 1001");
}

TEST_CASE("a peer that sends messages or pings faster than the rate is closed 1008") {
  for (const auto& frame : {text("x"), ping("x")}) {
    Conversation conversation(limits_of({}, {.count = 3, .per = 1s}));
    conversation.receive(frame + frame + frame);
    CHECK(conversation.session->open());
    wait(conversation, 1s);
    conversation.receive(frame + frame + frame + frame + frame);
    CHECK(conversation.sent().size() == 7);
    CHECK(conversation.sent().back() == "close 1008");
    CHECK(conversation.transport.closed);
  }
}

TEST_CASE("a steady rate goes on for ever") {
  RateMeter meter;
  Rate rate{.count = 10, .per = 1s};
  for (std::uint64_t now = 5000; now < 100'000; now += 100) CHECK(meter.take(rate, now));
}

TEST_CASE("after a burst there is room as time passes") {
  RateMeter meter;
  Rate rate{.count = 2, .per = 1s};
  CHECK(meter.take(rate, 1000));
  CHECK(meter.take(rate, 1000));
  CHECK(!meter.take(rate, 1400));
  CHECK(meter.take(rate, 1500));
  CHECK(!meter.take(rate, 1999));
  CHECK(meter.take(rate, 2000));
}
