#include "rooms/follower.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice;
using rooms::BacklogPolicy;
using rooms::SlowConsumer;
using Texts = std::vector<std::string>;

namespace {

/// A follower whose connection takes what the test says.
class Client final : public rooms::Follower {
 public:
  using Follower::Follower;
  void reads_everything() {
    unsent = 0;
    on_writable();
  }
  Texts got;
  std::size_t unsent = 0;
  std::size_t piece = std::string::npos;  // so much is sent at once
  bool stuck = false;                     // nothing that is sent goes out
  bool compresses = false;                // almost to nothing
  bool wants_writable = false, ended = false;

 private:
  std::size_t send(const rooms::Post& post, std::size_t from) override {
    auto rest = post.message->payload().substr(from, piece);
    got.emplace_back(rest.substr(0, 8));
    if (stuck) unsent += compresses ? 1 : rest.size();
    return from + rest.size();
  }
  std::size_t pending() const override { return unsent; }
  void want_writable() override { wants_writable = true; }
  void on_too_slow() override { ended = true; }
};

rooms::Post post(int number, std::size_t size = 10'000) {
  auto text = std::to_string(number) + "       ";
  text.resize(size, '.');
  return {static_cast<std::uint64_t>(number),
          std::make_shared<const websocket::SharedMessage>(websocket::Opcode::text, text), nullptr};
}

Texts numbers(int first, int last) {
  Texts all;
  for (int i = first; i <= last; ++i) {
    all.push_back(std::to_string(i) + "       ");
    all.back().resize(8);
  }
  return all;
}

}  // namespace

TEST_CASE("a follower that reads gets everything at once and keeps nothing") {
  BacklogPolicy policy{50'000, SlowConsumer::close};
  Client client(policy);
  for (int i = 1; i <= 100; ++i) client.deliver(post(i));
  CHECK(client.got == numbers(1, 100));
  CHECK(!client.wants_writable);
}

TEST_CASE("what a follower does not take waits for it, in order") {
  BacklogPolicy policy{1'000'000, SlowConsumer::close};
  Client client(policy);
  client.stuck = true;
  for (int i = 1; i <= 50; ++i) client.deliver(post(i));
  CHECK(client.got == numbers(1, 2));  // some are on their way; the rest are only referred to
  CHECK(client.wants_writable);
  for (int i = 0; i < 100 && client.got.size() < 50; ++i) client.reads_everything();
  CHECK(client.got == numbers(1, 50));
  CHECK(!client.ended);
}

TEST_CASE("a follower that is too slow is ended, and gets nothing more") {
  auto before = rooms::slow_counts().closed;
  BacklogPolicy policy{50'000, SlowConsumer::close};
  Client client(policy);
  client.stuck = true;
  for (int i = 1; i <= 20; ++i) client.deliver(post(i));
  CHECK(client.ended);
  client.reads_everything();
  CHECK(client.got == numbers(1, 2));
  CHECK(rooms::slow_counts().closed == before + 1);
}

TEST_CASE("a follower that is too slow may miss the oldest messages instead") {
  auto before = rooms::slow_counts().dropped_messages;
  BacklogPolicy policy{50'000, SlowConsumer::drop_oldest};
  Client client(policy);
  client.stuck = true;
  for (int i = 1; i <= 20; ++i) client.deliver(post(i));
  client.stuck = false;
  client.reads_everything();
  auto expected = numbers(1, 2);
  for (const auto& late : numbers(17, 20)) expected.push_back(late);
  CHECK(client.got == expected);
  CHECK(!client.ended);
  CHECK(rooms::slow_counts().dropped_messages == before + 14);
}

TEST_CASE("a message larger than the backlog still waits when it is the only one") {
  BacklogPolicy policy{1'000, SlowConsumer::drop_oldest};
  Client client(policy);
  client.unsent = 100'000;
  client.deliver(post(1, 5'000));
  client.deliver(post(2, 5'000));
  client.reads_everything();
  CHECK(client.got == numbers(2, 2));
}

TEST_CASE("one message waits for a follower whatever its size") {
  BacklogPolicy policy{10'000, SlowConsumer::close};
  Client client(policy);
  client.stuck = true;
  client.deliver(post(1, 100'000));
  client.deliver(post(2, 100'000));
  CHECK(!client.ended);
  client.reads_everything();
  CHECK(client.got == numbers(1, 2));
  client.deliver(post(3, 100'000));
  client.deliver(post(4, 1));
  CHECK(client.ended);
}

TEST_CASE("what waits for a follower is counted with what a queue and a message take beside the payload") {
  auto before = rooms::slow_counts().waiting_octets;
  BacklogPolicy policy{1 << 20, SlowConsumer::close};
  {
    Client client(policy);
    client.unsent = 100'000;
    int count = 0;
    for (; !client.ended; ++count) client.deliver(post(count, 1));
    CHECK(count > 1'000);
    CHECK(count < 8'000);  // an entry and a message take more than 128 octets
  }
  CHECK(rooms::slow_counts().waiting_octets == before);
}

TEST_CASE("a message that is sent in pieces is sent whole before the next one") {
  BacklogPolicy policy{1'000'000, SlowConsumer::close};
  Client client(policy);
  client.stuck = true;
  client.piece = 20'000;
  client.deliver(post(1, 60'000));
  client.deliver(post(2, 20'000));
  CHECK(client.got == numbers(1, 1));
  client.reads_everything();
  client.reads_everything();
  CHECK(client.got == Texts{"1       ", "........", "........"});
  client.reads_everything();
  CHECK(client.got.back() == "2       ");
  CHECK(client.got.size() == 4);
}

namespace {

/// A room of a worker in this thread that keeps its last messages.
struct Kept {
  rooms::Registry registry;
  net::Loop loop;
  rooms::Hub hub{loop, registry};
  Client speaker;
  explicit Kept(const BacklogPolicy& policy, std::size_t history) : speaker(policy) {
    hub.enter_thread();
    hub.join("room", speaker, history);
  }
  void publish(int first, int last, std::size_t size) {
    for (int i = first; i <= last; ++i) {
      hub.publish("room", post(i, size).message);
      loop.run_once();
    }
  }
};

}  // namespace

TEST_CASE("who comes gets the whole history as it reads, and then what was published meanwhile") {
  BacklogPolicy policy{50'000, SlowConsumer::close};
  Kept kept(policy, 20);
  kept.publish(1, 20, 45'000);
  Client late(policy);
  late.stuck = true;
  late.send_past(kept.hub.join("room", late, 20));
  CHECK(late.got == numbers(1, 1));
  kept.hub.publish("room", post(21, 1000).message);
  kept.loop.run_once();
  for (int i = 0; i < 30 && late.got.size() < 21; ++i) late.reads_everything();
  CHECK(late.got == numbers(1, 21));
  CHECK(!late.ended);
}

TEST_CASE("a history that compresses well is not compressed in one turn") {
  BacklogPolicy policy{10'000'000, SlowConsumer::close};
  Kept kept(policy, 20);
  kept.publish(1, 20, 100'000);
  Client late(policy);
  late.stuck = late.compresses = true;
  late.send_past(kept.hub.join("room", late, 20));
  CHECK(late.got == numbers(1, 3));
  CHECK(late.wants_writable);
  for (int i = 0; i < 20; ++i) late.reads_everything();
  CHECK(late.got == numbers(1, 20));
}

TEST_CASE("who has not taken the history before the room forgets it is too slow") {
  BacklogPolicy policy{50'000, SlowConsumer::close}, lossy{50'000, SlowConsumer::drop_oldest};
  Kept kept(policy, 20);
  kept.publish(1, 20, 20'000);
  Client late(policy), loser(lossy);
  late.stuck = loser.stuck = true;
  late.send_past(kept.hub.join("room", late, 20));
  loser.send_past(kept.hub.join("room", loser, 20));
  kept.publish(21, 30, 10);  // 1 … 10 are forgotten, of which 1 and 2 were taken
  for (int i = 0; i < 40; ++i) late.reads_everything();
  for (int i = 0; i < 40; ++i) loser.reads_everything();
  CHECK(late.ended);
  CHECK(late.got == numbers(1, 2));
  CHECK(!loser.ended);
  auto expected = numbers(1, 2);
  for (const auto& later : numbers(11, 30)) expected.push_back(later);
  CHECK(loser.got == expected);
}

TEST_CASE("a follower that reads nothing of the history holds a bounded part of it") {
  auto before = rooms::slow_counts().waiting_octets;
  BacklogPolicy policy{50'000, SlowConsumer::close};
  Kept kept(policy, 1000);
  kept.publish(1, 1000, 1'000);
  Client late(policy);
  late.unsent = 100'000;
  late.send_past(kept.hub.join("room", late, 1000));
  CHECK(rooms::slow_counts().waiting_octets <= before + policy.limit);
  late.stuck = true;
  late.reads_everything();
  CHECK(rooms::slow_counts().waiting_octets > before);
  CHECK(rooms::slow_counts().waiting_octets <= before + policy.limit);
}
