#include <doctest/doctest.h>

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

Texts texts(const std::vector<Post>& posts) {
  Texts all;
  for (const auto& post : posts) all.emplace_back(post.message->payload());
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
  CHECK(texts(worker.hub.join("room", second, 3)) == Texts{"2", "3", "4"});
  first.publish(message("notice"), true, false);
  worker.hub.publish("room", message("5"));
  worker.turn();
  CHECK(second.got == Texts{"notice", "5"});
  CHECK(texts(worker.hub.join("room", third, 2)) == Texts{"4", "5"});
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
  CHECK(texts(worker.hub.join("c", back, 5)) == Texts{"kept"});
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
  auto past = worker.hub.join("room", late, 1000).size();
  CHECK(past == 15);
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

TEST_CASE("all histories together have a limit, above which a room keeps its latest message only") {
  const auto before = rooms::room_counts();
  const auto large = message(std::string(1 << 20, 'x'));  // the same one everywhere: only its size counts
  rooms::Registry registry;
  Worker worker(registry);
  std::vector<std::shared_ptr<rooms::Room>> some;
  for (int i = 0; i < 20; ++i) {
    rooms::Room::Entrance entrance;
    some.push_back(registry.enter("room " + std::to_string(i), worker.hub, 100, entrance));
    registry.leave(some.back(), worker.hub);  // so that nothing is delivered
  }
  for (int i = 0; i < 20; ++i) {
    for (const auto& room : some) room->publish(room, large, nullptr, true);
  }
  auto counts = rooms::room_counts();
  CHECK(counts.messages == before.messages + 400);
  CHECK(counts.rooms == before.rooms + 20);
  CHECK(counts.history_octets > before.history_octets + (200 << 20));
  CHECK(counts.history_octets < rooms::most_history_octets_of_all + (4 << 20));
  for (const auto& room : some) CHECK(room->has_history());
  some.clear();
  CHECK(rooms::room_counts().history_octets == before.history_octets);
}
