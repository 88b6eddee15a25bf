#include "websocket/session.hpp"

#include <doctest/doctest.h>

#include "conversation.hpp"

using namespace sluice::websocket;
using namespace sluice::websocket::test;
using Texts = std::vector<std::string>;

namespace {

/// Sends `bytes` cut at every point, and octet by octet: the outcome must always be that of one piece.
Outcome however_split(const std::string& bytes, Limits limits = {}) {
  auto whole = in_pieces(bytes, bytes.size(), 1, limits);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    auto split = in_pieces(bytes, cut, bytes.size(), limits);
    CAPTURE(cut);
    CHECK(split == whole);
  }
  CHECK(in_pieces(bytes, 0, 1, limits) == whole);
  return whole;
}

Texts sent(const std::string& bytes) { return however_split(bytes).sent; }

}  // namespace

TEST_CASE("whole messages are given to the handler and echoed in order") {
  auto outcome = however_split(text("hello") + binary({"\x00\xff", 2}) + text("") + text("ü😀"));
  CHECK(outcome.sent == Texts{"text hello", "binary " + std::string("\x00\xff", 2), "text ", "text ü😀"});
  CHECK(outcome.events == Texts{"open", "text hello", "binary " + std::string("\x00\xff", 2), "text ", "text ü😀"});
}

TEST_CASE("a conversation comes out the same wherever its octets are cut") {
  auto bytes = text("one") + text("fr", {.fin = false}) + ping("between") + more("agm", false) + more("ents", true) +
               binary(std::string(300, 'b')) + pong("unasked") + text("last") + closing(1000, "bye");
  auto outcome = however_split(bytes);
  CHECK(outcome.sent == Texts{"text one", "pong between", "text fragments", "binary " + std::string(300, 'b'),
                              "text last", "close 1000"});
  CHECK(outcome.events.back() == "close 1000 bye clean");
  CHECK(outcome.closed);
}

TEST_CASE("messages of every size around the length forms are echoed in one piece and in many") {
  for (std::size_t size : {0u, 1u, 125u, 126u, 127u, 4095u, 4096u, 4097u, 65535u, 65536u, 70000u}) {
    std::string payload(size, 'x');
    auto bytes = text(payload) + text("next");
    for (std::size_t piece : {1u, 2u, 7u, 1000u, 4096u, 65536u}) {
      if (piece == 1 && size > 5000) continue;
      CHECK(in_pieces(bytes, 0, piece).sent == Texts{"text " + payload, "text next"});
    }
  }
}

TEST_CASE("large messages that came in one read are echoed each as it was") {
  std::string bytes;
  Texts expected;
  for (char letter = 'a'; letter < 'i'; ++letter) {
    std::string payload(letter % 2 ? 5000 : 100, letter);
    bytes += letter % 3 ? binary(payload) : text(payload);
    expected.push_back((letter % 3 ? "binary " : "text ") + payload);
  }
  CHECK(in_pieces(bytes, bytes.size(), 1).sent == expected);
  CHECK(in_pieces(bytes, 7000, 9000).sent == expected);
}

TEST_CASE("all answers to one read are written before the next one") {
  Conversation conversation;
  conversation.receive(text("a") + ping("p") + text("b"));
  CHECK(conversation.sent() == Texts{"text a", "pong p", "text b"});
}

TEST_CASE("a message beyond the limit closes 1009 with the first octet behind the head that claims its length") {
  Limits limits{.message = 1000};
  CHECK(in_pieces(text(std::string(1000, 'x')), 0, 64, limits).sent == Texts{"text " + std::string(1000, 'x')});
  auto claim = text(std::string(1001, 'x')).substr(0, 9);
  CHECK(in_pieces(claim, 9, 1, limits).sent == Texts{"close 1009"});
  CHECK(in_pieces(claim, 8, 1, limits).sent == Texts{"close 1009"});
  std::string huge{
      "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
      "abcdx",
      15};
  CHECK(however_split(huge, limits).sent == Texts{"close 1009"});
}

TEST_CASE("the limit counts all fragments of a message") {
  Limits limits{.message = 10};
  auto fits = text("12345", {.fin = false}) + more("67890", true);
  CHECK(however_split(fits, limits).sent == Texts{"text 1234567890"});
  auto exceeds = text("12345", {.fin = false}) + more("678901", true);
  CHECK(however_split(exceeds, limits).sent == Texts{"close 1009"});
}

TEST_CASE("the peer's Close is answered with its code, and then the connection is closed") {
  for (unsigned code : {1000u, 1001u, 1003u, 1007u, 1011u, 1012u, 1014u, 3000u, 4000u, 4999u})
    CHECK(sent(closing(code)) == Texts{"close " + std::to_string(code)});
  auto empty = however_split(client_frame(8, ""));
  CHECK(empty.sent == Texts{"close 1005"});
  CHECK(empty.events.back() == "close 1005  clean");
  CHECK(empty.closed);
}

TEST_CASE("a Close reason is judged as a whole, however it arrives") {
  CHECK(however_split(closing(1000, "größer €")).events.back() == "close 1000 größer € clean");
  CHECK(sent(closing(1000, std::string(123, 'x'))) == Texts{"close 1000"});
  CHECK(sent(closing(1000, "\xce\xba\xff")) == Texts{"close 1007"});
  CHECK(sent(closing(1000, "\xf0\x9f\x98")) == Texts{"close 1007"});
}

TEST_CASE("a Close frame with half a code or a forbidden one closes 1002") {
  CHECK(sent(client_frame(8, "\x03")) == Texts{"close 1002"});
  for (unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 2000u, 2999u, 5000u, 65535u})
    CHECK(sent(closing(code)) == Texts{"close 1002"});
}

TEST_CASE("nothing is served after the peer's Close") {
  CHECK(sent(closing(1000) + text("late") + ping("late")) == Texts{"close 1000"});
}

TEST_CASE("our own Close waits for the peer's, and drops what comes before it") {
  Conversation conversation;
  conversation.receive(text("close me") + text("late") + ping("late"));
  CHECK(conversation.sent() == Texts{"text close me", "close 4001"});
  CHECK(!conversation.transport.closed);
  CHECK(conversation.transport.deadline.count() == 5000);
  CHECK(!conversation.session->open());
  conversation.receive(text("later", {.fin = false}) + more("still", true));
  conversation.receive(closing(4001));
  CHECK(conversation.transport.closed);
  CHECK(conversation.events.back() == "close 4001  clean");
  CHECK(conversation.sent().size() == 2);
}

TEST_CASE("a peer that never answers our Close is closed at the deadline") {
  Conversation conversation;
  conversation.session->close(1001);
  conversation.session->on_deadline();
  CHECK(conversation.transport.closed);
  CHECK(!conversation.transport.lingers);  // it is not waited for once more
  CHECK(conversation.events.back() == "close 1001  unclean");
}

TEST_CASE("a peer that does not even read our Close is aborted at the deadline") {
  Conversation conversation;
  conversation.session->close(1001);
  conversation.transport.unsent = 100;
  conversation.session->on_deadline();
  CHECK(conversation.transport.aborted);
}

TEST_CASE("draining closes 1001") {
  Conversation conversation;
  conversation.session->drain();
  conversation.session->drain();
  CHECK(conversation.sent() == Texts{"close 1001"});
}

TEST_CASE("the peer's end without a Close frame is 1006") {
  Conversation conversation;
  conversation.receive(text("half").substr(0, 7));
  conversation.session->on_eof();
  CHECK(conversation.events.back() == "close 1006  unclean");
  CHECK(conversation.transport.closed);
}

TEST_CASE("the handler hears of the end exactly once, even when the connection just goes away") {
  Conversation conversation;
  conversation.session.reset();
  CHECK(conversation.events == Texts{"open", "close 1006  unclean"});
  Conversation closed;
  closed.receive(closing(1000));
  closed.session->on_eof();
  closed.session.reset();
  CHECK(closed.events == Texts{"open", "close 1000  clean"});
}

TEST_CASE("nothing is sent after the end") {
  Conversation conversation;
  conversation.receive(closing(1000));
  conversation.session->send_text("late");
  conversation.session->send(std::make_shared<const SharedMessage>(Opcode::text, "late"));
  conversation.session->close(1000);
  CHECK(conversation.sent() == Texts{"close 1000"});
}

TEST_CASE("messages may come from outside a read") {
  Conversation conversation;
  conversation.session->send_text("news");
  conversation.session->send_binary(std::string(70000, 'b'));
  CHECK(conversation.sent() == Texts{"text news", "binary " + std::string(70000, 'b')});
}

TEST_CASE("a message to many is framed once and compressed at most once") {
  auto small = std::make_shared<const SharedMessage>(Opcode::text, "news");
  auto large = std::make_shared<const SharedMessage>(Opcode::binary, std::string(5000, 'x'));
  Conversation plain;
  plain.session->send(small);
  plain.session->send(large);
  CHECK(plain.sent() == Texts{"text news", "binary " + std::string(5000, 'x')});
  sluice::net::TurnBudget budget;
  for (const auto& message : {small, large}) {
    while (!message->compress(sluice::net::WorkShare(budget, {}))) {
    }
  }
  CHECK(large->compressed_frame().size() < 100);
  CHECK(large->compressed_frame().data() == large->compressed_frame().data());
  CHECK(small->compressed_frame() == small->frame());
  CHECK(small->payload() == "news");
}

TEST_CASE("the handler may hold back the reading, beside the session itself") {
  Conversation conversation;
  conversation.session->hold_reading(true);
  CHECK(conversation.transport.paused);
  conversation.transport.unsent = sluice::net::output_high_water + 1;
  conversation.receive(ping("p"));
  conversation.transport.unsent = 0;
  conversation.session->on_writable();
  CHECK(conversation.transport.paused);
  conversation.session->hold_reading(false);
  CHECK(!conversation.transport.paused);
}

TEST_CASE("while the peer does not read its answers, nothing is read from it") {
  Conversation conversation;
  conversation.transport.unsent = sluice::net::output_high_water + 1;
  conversation.receive(ping("p"));
  CHECK(conversation.transport.paused);
  conversation.transport.unsent = 0;
  conversation.session->on_writable();
  CHECK(!conversation.transport.paused);
}

TEST_CASE("a Close frame that stands unread while reading is paused is still answered") {
  Conversation conversation;
  conversation.transport.unsent = sluice::net::output_high_water + 1;
  conversation.receive(text("one"));
  conversation.session->on_eof();
  CHECK(!conversation.transport.closed);
  conversation.transport.unsent = 0;
  conversation.session->on_writable();
  conversation.receive(closing(1001));
  conversation.session->on_eof();
  CHECK(conversation.events.back() == "close 1001  clean");
}

TEST_CASE("a long close reason is cut between two characters") {
  Conversation conversation;
  std::string reason(122, 'x');
  conversation.session->close(4000, reason + "ü and more");
  CHECK(conversation.transport.output.size() == 2 + 2 + 122);
  CHECK(conversation.sent() == Texts{"close 4000"});
}

TEST_CASE("a quiet session is small") { CHECK(sizeof(Session) <= 112); }

TEST_CASE("what was received behind a message at which the reading is held is served when it goes on") {
  Conversation conversation;
  struct Holding final : MessageHandler {
    explicit Holding(std::vector<std::string>& got_by) : got(got_by) {}
    void on_message(Session& session, Opcode, std::string_view payload) override {
      got.emplace_back(payload);
      if (got.size() % 2 == 0) session.hold_reading(true);
    }
    std::vector<std::string>& got;
  };
  std::vector<std::string> got;
  Session session(conversation.limits, std::make_unique<Holding>(got));
  session.on_open(conversation.transport);
  auto bytes = text("1") + text("2") + text("3") + text("fra", {.fin = false}) + more("gment", true) + ping("p") +
               text("5").substr(0, 3);
  session.on_bytes({bytes.data(), bytes.size()});
  CHECK(got == Texts{"1", "2"});
  CHECK(conversation.transport.paused);
  session.on_eof();  // the end of input is behind what waits
  CHECK(!conversation.transport.closed);
  session.hold_reading(false);
  CHECK(got == Texts{"1", "2", "3", "fragment"});
  CHECK(conversation.transport.output.empty());
  session.hold_reading(false);
  CHECK(conversation.sent() == Texts{"pong p"});
  CHECK(!conversation.transport.paused);
  auto rest = text("5").substr(3);
  session.on_bytes({rest.data(), rest.size()});
  CHECK(got.back() == "5");
}

TEST_CASE("a flood of pings or of small messages is served in turns") {
  for (const auto& one : {ping("p"), text("x")}) {
    Conversation conversation;
    std::string bytes;
    while (bytes.size() < (4 << 20)) bytes += one;
    auto count = bytes.size() / one.size();
    conversation.session->on_bytes({bytes.data(), bytes.size()});
    CHECK(conversation.transport.paused);
    CHECK(conversation.transport.output.size() < count);  // three octets each
    while (conversation.transport.paused) conversation.transport.loop().run_once();
    CHECK(conversation.transport.output.size() == 3 * count);
  }
}
