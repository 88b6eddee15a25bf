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
  bool stuck = false;  // nothing that is sent goes out
  bool wants_writable = false, ended = false;

 private:
  void send(const rooms::Post& post) override {
    got.emplace_back(post.message->payload().substr(0, 8));
    if (stuck) unsent += post.message->frame().size();
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
