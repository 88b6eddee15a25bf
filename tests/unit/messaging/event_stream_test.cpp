#include "messaging/event_stream.hpp"

#include <doctest/doctest.h>

#include "support/fake_stream.hpp"

using namespace sluice;
using namespace sluice::messaging;
using sluice::test::FakeStream;

namespace {

std::string event(std::string_view data, std::string_view name = "") {
  std::string out;
  append_event(out, {"7", name}, data);
  return out;
}

/// The same in pieces of at least `size` octets.
std::string event_in_pieces(std::string_view data, std::size_t size) {
  std::string out;
  std::size_t end = 0;
  do {
    std::string piece;
    end = append_event(piece, {"7", ""}, data, end, size);
    out += piece;
  } while (end < data.size());
  return out;
}

struct Worker {
  rooms::Registry registry;
  net::Loop loop;
  rooms::Hub hub{loop, registry};
  Worker() { hub.enter_thread(); }
  void publish(websocket::Opcode kind, std::string_view payload) {
    hub.publish("room", std::make_shared<const websocket::SharedMessage>(kind, payload));
    loop.run_once();
  }
  void publish(std::string_view text) { publish(websocket::Opcode::text, text); }
};

std::shared_ptr<const EventSettings> settings() {
  auto made = std::make_shared<EventSettings>();
  made->history = 10;
  made->heartbeat = std::chrono::seconds(15);
  return made;
}

/// The octets of a stream without the ids of its events.
std::string without_ids(std::string text) {
  for (auto at = text.find("id: "); at != std::string::npos; at = text.find("id: ", at))
    text.erase(at, text.find('\n', at) - at + 1);
  return text;
}

}  // namespace

TEST_CASE("every line of a message is a field of its own, whatever its end") {
  CHECK(event("hello") == "id: 7\ndata: hello\n\n");
  CHECK(event("", "news") == "id: 7\nevent: news\ndata: \n\n");
  CHECK(event("a\nb\r\nc\rd") == "id: 7\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(event("a\n\nb\n") == "id: 7\ndata: a\ndata: \ndata: b\ndata: \n\n");
  CHECK(event("data: x\nid: 9") == "id: 7\ndata: data: x\ndata: id: 9\n\n");
}

TEST_CASE("the id of an event is only good for its own room") {
  rooms::Room room("r"), other("r");
  CHECK(number_in(event_id(room, 42), room) == 42);
  CHECK((room.epoch() == other.epoch() || number_in(event_id(room, 42), other) == 0));
  for (auto bad : {"", "42", "-42", "x-42", "0-42", "-"}) CHECK(number_in(bad, room) == 0);
}

TEST_CASE("a stream begins at once, sends texts, leaves out binary messages, and a comment when nothing happens") {
  Worker worker;
  FakeStream response;
  EventStream stream(settings(), "room", "");
  stream.on_open(response);
  CHECK(response.output == ":\n\n");
  CHECK(response.deadline == std::chrono::seconds(15));
  worker.publish("one");
  worker.publish(websocket::Opcode::binary, "\xff");
  CHECK(without_ids(response.output) == ":\n\ndata: one\n\n");
  stream.on_deadline();
  CHECK(response.output.ends_with("\n\n:\n\n"));
}

TEST_CASE("a client that comes back gets what it has missed") {
  Worker worker;
  FakeStream first, second;
  EventStream stream(settings(), "room", "");
  stream.on_open(first);
  worker.publish("one");
  auto id = first.output.substr(first.output.find("id: ") + 4);
  id.resize(id.find('\n'));
  worker.publish("two");
  EventStream back(settings(), "room", id);
  back.on_open(second);
  CHECK(without_ids(second.output) == ":\n\ndata: two\n\n");
}

TEST_CASE("a stream ends with its client, and when the daemon drains") {
  Worker worker;
  FakeStream response, drained;
  EventStream stream(settings(), "room", ""), other(settings(), "room", "");
  stream.on_open(response);
  other.on_open(drained);
  stream.on_client_ended();
  CHECK(response.finished);
  worker.publish("late");
  CHECK(response.output == ":\n\n");
  other.drain();
  CHECK(drained.finished);
  CHECK(worker.registry.find("room") != nullptr);  // it has a history
}

TEST_CASE("an event in pieces is the same as at once, wherever they begin") {
  std::string data = "a\nb\r\n\r\n\r\rc\n\nlonger line\r\n";
  for (std::size_t size = 1; size < 60; ++size) CHECK(event_in_pieces(data, size) == event(data));
}

TEST_CASE("a message of many lines is sent piece by piece as the client takes it, and waits as it is") {
  Worker worker;
  FakeStream transport;
  EventStream stream(settings(), "room", "");
  stream.on_open(transport);
  transport.output.clear();
  transport.unsent = 20'000;
  worker.publish("before");
  CHECK(transport.output.empty());
  std::string lines(1 << 19, '\n');
  worker.publish(lines);
  transport.unsent = 0;
  std::size_t most = 0;
  for (std::size_t before = 0; transport.writable_wanted;) {
    transport.writable_wanted = false;
    transport.kernel_is_full = true;
    stream.on_writable();
    most = std::max(most, transport.output.size() - before);
    before = transport.output.size();
    transport.unsent = 0;
  }
  CHECK(most < 200'000);
  std::string expected = "data: before\n\n" + event(lines).substr(std::string_view("id: 7\n").size());
  CHECK((without_ids(transport.output) == expected));
}

TEST_CASE("the streams of a room share the text of an event") {
  Worker worker;
  FakeStream first, second;
  EventStream one(settings(), "room", ""), other(settings(), "room", "");
  one.on_open(first);
  other.on_open(second);
  worker.publish(std::string(1 << 20, '\n'));
  REQUIRE(first.shared.size() == 1);
  REQUIRE(second.shared.size() == 1);
  CHECK(first.shared[0].get() == second.shared[0].get());
}

TEST_CASE("streams that take a few pieces of a message at once share them, too") {
  Worker worker;
  FakeStream transports[2];
  EventStream one(settings(), "room", ""), other(settings(), "room", "");
  one.on_open(transports[0]);
  other.on_open(transports[1]);
  for (auto& transport : transports) transport.kernel_is_full = true;
  worker.publish(std::string(1 << 20, '\n'));
  for (int turn = 0; turn < 5; ++turn) {
    for (auto* stream : {&one, &other}) {
      for (int piece = 0; piece < 3; ++piece) {
        transports[stream == &other].unsent = 0;
        stream->on_writable();
      }
    }
  }
  CHECK(transports[0].shared.size() == 16);
  CHECK(transports[0].shared == transports[1].shared);
}

TEST_CASE("no comment is written into the middle of an event, nor for a client that reads nothing") {
  Worker worker;
  FakeStream transport;
  EventStream stream(settings(), "room", "");
  stream.on_open(transport);
  transport.kernel_is_full = true;
  worker.publish(std::string(1 << 20, '\n'));
  auto sent = transport.output;
  stream.on_deadline();
  CHECK((transport.output == sent));
  CHECK(transport.deadline == std::chrono::seconds(15));
}
