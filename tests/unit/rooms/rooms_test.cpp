#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "rooms/hub.hpp"

using namespace sluice;
using rooms::Hub;
using rooms::Message;
using rooms::Post;
using Texts = std::vector<std::string>;

namespace {

Message message(std::string_view text) {
  return std::make_shared<const websocket::SharedMessage>(websocket::Opcode::text, text);
}

/// A member that notes what it gets. May leave at a given text.
class Reader final : public rooms::Member {
 public:
  void deliver(const Post& post) override {
    got.emplace_back(post.message->payload());
    if (got.back() == leave_at) leave();
  }
  Texts got;
  std::string leave_at = "(never)";
};

/// The texts of a part of a room's history, taken at once.
Texts texts(const rooms::Member& member, rooms::HistoryRange past) {
  bool missed = false;
  Texts all;
  for (const auto& post : member.room().take(past, 1 << 30, missed)) all.emplace_back(post.message->payload());
  CHECK(!missed);
  CHECK(past.empty());
  return all;
}

/// A worker's loop and hub in this thread.
struct Worker {
  net::Loop loop;
  Hub hub;
  explicit Worker(rooms::Registry& registry) : hub(loop, registry) { hub.enter_thread(); }
  void turn() { loop.run_once(); }
};

}  // namespace

TEST_CASE("a message reaches every member of its room and nobody else, once, at the end of the turn") {
  rooms::Registry registry;
  Worker worker(registry);
  Reader a, b, elsewhere;
  worker.hub.join("room", a);
  worker.hub.join("room", b);
  worker.hub.join("other", elsewhere);
  a.publish(message("one"), true);
  CHECK(worker.hub.publish("room", message("two")) == 2);
  CHECK(a.got.empty());
  worker.turn();
  CHECK(a.got == Texts{"one", "two"});
  CHECK(b.got == Texts{"one", "two"});
  CHECK(elsewhere.got.empty());
}

TEST_CASE("a message to the others does not come back to its sender") {
  rooms::Registry registry;
  Worker worker(registry);
  Reader a, b;
  worker.hub.join("room", a);
  worker.hub.join("room", b);
  a.publish(message("hello"), false);
  worker.turn();
  CHECK(a.got.empty());
  CHECK(b.got == Texts{"hello"});
}

TEST_CASE("who comes after a message was published does not get it, even when it is still under way") {
  rooms::Registry registry;
  Worker worker(registry);
  Reader a, late;
  worker.hub.join("room", a);
  worker.hub.publish("room", message("early"));
  worker.hub.join("room", late);
  worker.hub.publish("room", message("later"));
  worker.turn();
  CHECK(a.got == Texts{"early", "later"});
  CHECK(late.got == Texts{"later"});
}

TEST_CASE(
    "who comes with a wish for history gets the latest messages, and then each later one, without gap or "
    "repetition") {
  rooms::Registry registry;
  Worker worker(registry);
  Reader first, second, third;
  CHECK(worker.hub.join("room", first, 3).empty());
  for (auto text : {"1", "2", "3", "4"}) worker.hub.publish("room", message(text));
  CHECK(texts(second, worker.hub.join("room", second, 3)) == Texts{"2", "3", "4"});
  first.publish(message("notice"), true, false);
  worker.hub.publish("room", message("5"));
  worker.turn();
  CHECK(second.got == Texts{"notice", "5"});
  CHECK(texts(third, worker.hub.join("room", third, 2)) == Texts{"4", "5"});
}

TEST_CASE("members may leave while a message is delivered") {
  rooms::Registry registry;
  Worker worker(registry);
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 10; ++i) {
    readers.push_back(std::make_unique<Reader>());
    worker.hub.join("room", *readers.back());
    if (i % 3 == 0) readers.back()->leave_at = "go";
  }
  worker.hub.publish("room", message("go"));
  worker.hub.publish("room", message("after"));
  worker.turn();
  for (int i = 0; i < 10; ++i) {
    const auto& got = readers[static_cast<std::size_t>(i)]->got;
    CHECK(got == (i % 3 == 0 ? Texts{"go"} : Texts{"go", "after"}));
  }
  CHECK(readers[1]->room_members() == 6);
  readers.erase(readers.begin() + 1);
  CHECK(readers[1]->room_members() == 5);
}

TEST_CASE("a room ends with its last member, unless it has a history") {
  rooms::Registry registry(2);
  Worker worker(registry);
  {
    Reader reader;
    worker.hub.join("plain", reader);
    CHECK(registry.size() == 1);
  }
  CHECK(registry.size() == 0);
  CHECK(worker.hub.publish("plain", message("x")) == 0);
  for (auto name : {"a", "b", "c"}) {
    Reader reader;
    worker.hub.join(name, reader, 5);
    worker.hub.publish(name, message("kept"));
  }
  CHECK(registry.size() == 2);  // the one that was left longest ago had to go
  Reader back;
  CHECK(texts(back, worker.hub.join("c", back, 5)) == Texts{"kept"});
  CHECK(worker.hub.publish("a", message("x")) == 0);
  worker.turn();
}

TEST_CASE("a history is bounded by octets as well") {
  rooms::Registry registry;
  Worker worker(registry);
  Reader reader, late;
  worker.hub.join("room", reader, 1000);
  for (int i = 0; i < 40; ++i) {
    worker.hub.publish("room", message(std::string(1 << 20, 'x')));
    worker.turn();
  }
  CHECK(texts(late, worker.hub.join("room", late, 1000)).size() == 15);
}

TEST_CASE("publishers are told when deliveries lag behind, and when they have caught up") {
  rooms::Registry registry;
  Worker worker(registry);
  Reader reader;
  worker.hub.join("room", reader);
  CHECK(!worker.hub.congested());
  for (int i = 0; i < 9; ++i) worker.hub.publish("room", message(std::string(1 << 20, 'x')));
  CHECK(worker.hub.congested());
  int resumed = 0, forgotten = 0;
  worker.hub.when_clear(&resumed, [&] { ++resumed; });
  worker.hub.when_clear(&forgotten, [&] { ++forgotten; });
  worker.hub.forget(&forgotten);
  while (resumed == 0) worker.turn();
  CHECK(!worker.hub.congested());
  CHECK(resumed == 1);
  CHECK(forgotten == 0);
}

namespace {

/// A member that tells in which turn it got what, and may do something then.
class Watchful final : public rooms::Member {
 public:
  Watchful(const int& turn) : turn_(turn) {}
  void deliver(const Post& post) override {
    got.emplace_back(post.message->payload());
    turns.push_back(turn_);
    if (then) then();
  }
  Texts got;
  std::vector<int> turns;
  std::function<void()> then;

 private:
  const int& turn_;
};

/// A room of so many members that one message for each takes several turns.
struct Crowd {
  static constexpr std::size_t size = 5000;
  int turn = 0;
  rooms::Registry registry;
  Worker worker{registry};
  std::vector<std::unique_ptr<Watchful>> members;

  Crowd() {
    for (std::size_t i = 0; i < size; ++i) join();
  }
  Watchful& join() {
    members.push_back(std::make_unique<Watchful>(turn));
    worker.hub.join("crowd", *members.back());
    return *members.back();
  }
  void run() {
    while (members[0]->got.empty() || turn < 50) {
      ++turn;
      worker.turn();
    }
  }
};

}  // namespace

TEST_CASE("deliveries to a crowd go in slices, and other work has its turn between them") {
  Crowd crowd;
  crowd.worker.hub.publish("crowd", message("one"));
  std::vector<int> others;
  net::Timer soon(crowd.worker.loop, std::chrono::milliseconds(0), [&] { others.push_back(crowd.turn); });
  crowd.run();
  std::map<int, int> in_turn;
  for (const auto& member : crowd.members) {
    CHECK(member->got == Texts{"one"});
    ++in_turn[member->turns[0]];
  }
  CHECK(in_turn.size() > 3);
  for (auto [turn, count] : in_turn) CHECK(count < 2000);
  REQUIRE(others.size() == 1);
  CHECK(others[0] < in_turn.rbegin()->first);
}

TEST_CASE("each member gets each message once and in order, though others come, go and publish between the slices") {
  Crowd crowd;
  Texts expected;
  for (int i = 0; i < 30; ++i) {
    expected.push_back(std::to_string(i));
    crowd.worker.hub.publish("crowd", message(expected.back()));
    if (i % 3 == 0) {
      ++crowd.turn;
      crowd.worker.turn();
    }
    crowd.members.erase(crowd.members.begin() + i * 37);  // some served already, some not
    if (i == 15) crowd.join();
  }
  crowd.run();
  for (std::size_t i = 0; i + 1 < crowd.members.size(); ++i) CHECK(crowd.members[i]->got == expected);
  CHECK(crowd.members.back()->got == Texts(expected.begin() + 16, expected.end()));
  for (const auto& member : crowd.members) CHECK(std::ranges::is_sorted(member->turns));
}

TEST_CASE("members that leave while they are served take no other's place, and the last one ends the room") {
  Crowd crowd;
  for (std::size_t i = 0; i < Crowd::size; ++i) {
    auto* member = crowd.members[i].get();
    if (i % 2 == 0) member->then = [member] { member->leave(); };
  }
  crowd.worker.hub.publish("crowd", message("go"));
  crowd.worker.hub.publish("crowd", message("after"));
  crowd.run();
  for (std::size_t i = 0; i < Crowd::size; ++i)
    CHECK(crowd.members[i]->got == (i % 2 == 0 ? Texts{"go"} : Texts{"go", "after"}));
  for (auto& member : crowd.members) member->then = [one = member.get()] { one->leave(); };
  crowd.worker.hub.publish("crowd", message("end"));
  for (int i = 0; i < 50; ++i) crowd.worker.turn();
  CHECK(crowd.registry.size() == 0);
  CHECK(!crowd.worker.hub.congested());
}

TEST_CASE("a small room does not wait for a crowd") {
  Crowd crowd;
  for (int i = 0; i < 20; ++i) crowd.worker.hub.publish("crowd", message("x"));
  Watchful small(crowd.turn);
  crowd.worker.hub.join("small", small);
  crowd.worker.hub.publish("small", message("hello"));
  crowd.run();
  CHECK(small.turns[0] < crowd.members[0]->turns[0]);
}

TEST_CASE("publishers are told to wait by the number of deliveries, not only by octets") {
  Crowd crowd;
  int published = 0;
  for (; !crowd.worker.hub.congested() && published < 1000; ++published)
    crowd.worker.hub.publish("crowd", message("x"));
  CHECK(published < 10);
  CHECK(!crowd.worker.hub.overloaded());
  std::vector<int> resumed;
  for (int i = 0; i < 20; ++i) {
    crowd.worker.hub.when_clear(&crowd, [&, i] {
      resumed.push_back(i);
      while (!crowd.worker.hub.congested()) crowd.worker.hub.publish("crowd", message("y"));
    });
  }
  while (resumed.empty()) crowd.worker.turn();
  CHECK(resumed == std::vector<int>{0});  // the others wait until that is delivered
  while (resumed.size() < 20) crowd.worker.turn();
  CHECK(std::ranges::is_sorted(resumed));
  while (!crowd.worker.hub.overloaded()) crowd.worker.hub.publish("crowd", message("x"));
  crowd.members.clear();
  crowd.worker.turn();
  CHECK(!crowd.worker.hub.congested());
}

TEST_CASE("all members on all workers see the messages of all publishers in one order") {
  constexpr int publishers = 4, each = 500;
  rooms::Registry registry;
  std::vector<Texts> seen(publishers);
  std::atomic<int> joined = 0;
  std::vector<std::thread> threads;
  for (int id = 0; id < publishers; ++id) {
    threads.emplace_back([&, id] {
      Worker worker(registry);
      Reader reader;
      worker.hub.join("room", reader);
      ++joined;
      while (joined < publishers) std::this_thread::yield();
      for (int i = 0; i < each; ++i) {
        reader.publish(message(std::to_string(id) + ":" + std::to_string(i)), true);
        if (i % 7 == 0) worker.turn();
      }
      while (reader.got.size() < publishers * each) worker.turn();
      seen[static_cast<std::size_t>(id)] = reader.got;
      --joined;
      while (joined > 0) std::this_thread::yield();  // nobody leaves before all have seen everything
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& texts : seen) CHECK(texts == seen[0]);
  std::vector<int> next(publishers);
  for (const auto& text : seen[0]) {
    auto id = static_cast<std::size_t>(text[0] - '0');
    CHECK(text == std::to_string(id) + ":" + std::to_string(next[id]++));
  }
}

TEST_CASE("a part of the history is taken in pieces, and what was forgotten meanwhile is told") {
  rooms::Registry registry;
  Worker worker(registry);
  Reader first, late;
  worker.hub.join("room", first, 4);
  for (auto text : {"1", "2", "3", "4", "5"}) worker.hub.publish("room", message(text));
  first.publish(message("notice"), true, false);
  worker.turn();
  auto past = worker.hub.join("room", late, 3);
  bool missed = false;
  auto one = late.room().take(past, 1, missed);
  REQUIRE(one.size() == 1);
  CHECK(one[0].message->payload() == "3");
  CHECK(!missed);
  CHECK(!past.empty());
  worker.hub.publish("room", message("6"));  // forgets 2, which was no part of it
  auto next = past;
  CHECK(late.room().take(next, 1, missed).size() == 1);
  CHECK(!missed);
  for (auto text : {"7", "8"}) worker.hub.publish("room", message(text));
  CHECK(late.room().take(past, 1000, missed).size() == 1);  // 5; 4 is forgotten
  CHECK(missed);
  CHECK(past.empty());
  CHECK(late.room().take(past, 1000, missed).empty());
  CHECK(!missed);
}

namespace {

/// A room that was left with `count` messages of `size` octets.
void leave_behind(Worker& worker, const std::string& name, int count, std::size_t size) {
  Reader reader;
  worker.hub.join(name, reader, 1000);
  for (int i = 0; i < count; ++i) {
    worker.hub.publish(name, message(std::string(size, 'x')));
    worker.turn();
  }
}

std::size_t history_of(rooms::Registry& registry, const std::string& name) {
  auto room = registry.find(name);
  return room ? room->history_octets() : 0;
}

}  // namespace

TEST_CASE("the histories of all rooms have one limit in octets, whatever the number of rooms") {
  constexpr std::size_t most = 1 << 20;
  auto before = rooms::octets_of_histories();
  {
    rooms::Registry registry(100'000);
    registry.set_most_history(before + most);
    Worker worker(registry);
    for (int i = 0; i < 3000; ++i) {
      leave_behind(worker, "room " + std::to_string(i), 1, i % 3 == 0 ? 30'000 : 1);
      CHECK(rooms::octets_of_histories() <= before + most);
    }
    CHECK(registry.size() > 500);   // those with a little are kept
    CHECK(registry.size() < 3000);  // but they count, too
    CHECK(rooms::octets_of_histories() > before + most / 2);
  }
  CHECK(rooms::octets_of_histories() == before);
}

TEST_CASE("the heaviest room without members is forgotten first, and then the oldest messages of the heaviest room") {
  auto before = rooms::octets_of_histories();
  rooms::Registry registry;
  registry.set_most_history(before + 1'000'000);
  Worker worker(registry);
  Reader light, heavy, late;
  worker.hub.join("light", light, 1000);
  worker.hub.join("heavy", heavy, 1000);
  leave_behind(worker, "idle and light", 1, 10'000);
  leave_behind(worker, "idle and heavy", 1, 300'000);
  worker.hub.publish("light", message(std::string(200'000, 'x')));
  for (int i = 0; i < 5; ++i) worker.hub.publish("heavy", message(std::to_string(i) + std::string(99'999, 'x')));
  worker.turn();
  CHECK(history_of(registry, "idle and heavy") == 0);
  CHECK(history_of(registry, "idle and light") > 10'000);
  CHECK(history_of(registry, "heavy") > 500'000);
  for (int i = 5; i < 9; ++i) worker.hub.publish("heavy", message(std::to_string(i) + std::string(99'999, 'x')));
  worker.turn();
  CHECK(history_of(registry, "idle and light") == 0);
  CHECK(history_of(registry, "light") > 200'000);
  auto kept = texts(late, worker.hub.join("heavy", late, 1000));
  CHECK(kept.size() < 8);
  REQUIRE(!kept.empty());
  CHECK(kept.back().starts_with("8"));
}

TEST_CASE("forms that are made of a message later count where it is kept") {
  auto before = rooms::octets_of_histories();
  auto one = message(std::string(5000, 'a') + "b");
  {
    rooms::Room room("room");
    rooms::Registry registry;
    Worker worker(registry);
    Reader reader;
    worker.hub.join("room", reader, 10);
    worker.hub.publish("room", one);
    auto plain = reader.room().history_octets();
    CHECK(plain > 5000 + sizeof(websocket::SharedMessage));
    net::TurnBudget budget;
    while (!one->compress(net::WorkShare(budget))) {
    }
    auto compressed = one->compressed_frame();
    CHECK(compressed.size() < 5000);
    CHECK(reader.room().history_octets() >= plain + compressed.size());
    CHECK(rooms::octets_of_histories() == before + reader.room().history_octets());
  }
  CHECK(rooms::octets_of_histories() == before);
  CHECK(one->weight() > 5000 + sizeof(websocket::SharedMessage));
}

TEST_CASE("a limit that a reload lowers holds at once") {
  auto before = rooms::octets_of_histories();
  rooms::Registry registry;
  Worker worker(registry);
  leave_behind(worker, "idle", 3, 100'000);
  Reader reader;
  worker.hub.join("room", reader, 1000);
  worker.hub.publish("room", message("x"));
  registry.set_most_history(0);
  CHECK(rooms::octets_of_histories() == before);
  CHECK(registry.size() == 1);
  worker.hub.publish("room", message("x"));
  CHECK(rooms::octets_of_histories() == before);
  worker.turn();
  CHECK(reader.got == Texts{"x", "x"});
}
