#include "websocket/deflate.hpp"

#include <doctest/doctest.h>

#include "conversation.hpp"
#include "websocket/unfinished.hpp"

using namespace sluice::websocket;
using namespace sluice::websocket::test;
using Texts = std::vector<std::string>;
namespace net = sluice::net;

namespace {

std::string agreed(std::string_view offer, DeflateOptions options = {}) {
  options.enabled = true;
  auto agreement = negotiate_deflate({offer}, options);
  return agreement ? agreement->response : "(none)";
}

DeflateOptions keeping_both() {
  DeflateOptions options;
  options.keep_server_context = options.keep_client_context = true;
  return options;
}

/// A text that compresses well, but differs from others of its kind.
std::string text_of(std::size_t size, int seed = 0) {
  std::string text;
  while (text.size() < size)
    text += "message " + std::to_string((static_cast<unsigned>(seed++) * 7919u) % 1000u) + "; ";
  text.resize(size);
  return text;
}

/// Compresses and restores whole messages, in the smallest steps.
struct Stepwise : Compression {
  using Compression::Compression;

  /// Nothing where the message may as well be sent as it is.
  std::optional<std::string> compress(std::string_view message) {
    std::string out;
    for (auto rest = message; !Compression::compress(rest, out, net::WorkShare(budget, {}));) ++steps;
    return in_vain(message.size(), out) ? std::nullopt : std::optional(out);
  }
  Inflated decompress(std::string_view payload, std::uint64_t largest, std::string& out) {
    out.clear();
    while (true) {
      auto result = Compression::decompress(payload, largest, out, net::WorkShare(budget, {}));
      if (result != Inflated::unfinished) return result;
      ++steps;
    }
  }

  net::TurnBudget budget;
  int steps = 0;  // that did not come to an end
};

/// The two ends of a connection, each with the compression that was agreed on.
struct Pair {
  explicit Pair(const DeflateAgreement& agreement, DeflateOptions options = {})
      : server(agreement, options), client(mirrored(agreement), options) {}
  static DeflateAgreement mirrored(DeflateAgreement agreement) {
    std::swap(agreement.server_context, agreement.client_context);
    std::swap(agreement.server_window_bits, agreement.client_window_bits);
    return agreement;
  }
  Stepwise server, client;
};

/// A session with compression, and the octets of compressed client frames.
struct CompressedConversation {
  explicit CompressedConversation(Limits limits_given = {}, const DeflateAgreement& agreement = {false, false, 15, 15})
      : limits(limits_given), client(Pair::mirrored(agreement), DeflateOptions{}) {
    options.threshold = 1;
    session = std::make_unique<Session>(limits, std::make_unique<Recorder>(events, true),
                                        std::make_unique<Compression>(agreement, options));
    session->on_open(transport);
  }
  CompressedConversation& receive(std::string bytes) {
    if (!transport.closed) session->on_bytes({bytes.data(), bytes.size()});
    while (transport.paused && !transport.closed) turn();
    return *this;
  }
  void turn() { transport.loop().run_once(); }
  std::string compressed(std::string_view message) { return std::string(client.compress(message).value()); }
  /// The server's frames, decompressed.
  Texts sent() {
    Texts all;
    for (std::string_view rest = transport.output; !rest.empty();) {
      auto head = parse_head({rest.data(), rest.size()}).value();
      std::string payload(rest.substr(head.size, head.length));
      rest.remove_prefix(head.size + head.length);
      if (head.opcode == Opcode::close) {
        CloseBody body;
        parse_close(payload, body);
        all.push_back("close " + std::to_string(body.code));
      } else if (head.rsv == 4) {
        std::string plain;
        REQUIRE(client.decompress(payload, 1 << 24, plain) == Compression::Inflated::ok);
        all.push_back("compressed " + plain);
      } else {
        all.push_back("plain " + payload);
      }
    }
    return all;
  }

  Limits limits;
  DeflateOptions options;
  Stepwise client;
  FakeTransport transport;
  std::vector<std::string> events;
  std::unique_ptr<Session> session;
};

}  // namespace

TEST_CASE("without context take-over on our side, the answer to an offer says so") {
  CHECK(agreed("permessage-deflate") == "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  CHECK(agreed("permessage-deflate", keeping_both()) == "permessage-deflate");
  CHECK(agreed("Permessage-Deflate; client_max_window_bits", keeping_both()) == "permessage-deflate");
}

TEST_CASE("what a client asks for is granted") {
  CHECK(agreed("permessage-deflate; server_no_context_takeover", keeping_both()) ==
        "permessage-deflate; server_no_context_takeover");
  CHECK(agreed("permessage-deflate; client_no_context_takeover", keeping_both()) ==
        "permessage-deflate; client_no_context_takeover");
  CHECK(agreed("permessage-deflate; server_max_window_bits=10", keeping_both()) ==
        "permessage-deflate; server_max_window_bits=10");
  CHECK(agreed("permessage-deflate; server_max_window_bits=\"10\"", keeping_both()) ==
        "permessage-deflate; server_max_window_bits=10");
  CHECK(agreed("permessage-deflate; server_max_window_bits=15", keeping_both()) ==
        "permessage-deflate; server_max_window_bits=15");
  CHECK(agreed("permessage-deflate; client_max_window_bits=9", keeping_both()) ==
        "permessage-deflate; client_max_window_bits=9");
}

TEST_CASE("our own windows are imposed where the client can be told") {
  auto options = keeping_both();
  options.server_window_bits = 11;
  options.client_window_bits = 12;
  CHECK(agreed("permessage-deflate", options) == "permessage-deflate; server_max_window_bits=11");
  CHECK(agreed("permessage-deflate; client_max_window_bits", options) ==
        "permessage-deflate; server_max_window_bits=11; client_max_window_bits=12");
  CHECK(agreed("permessage-deflate; client_max_window_bits=10; server_max_window_bits=9", options) ==
        "permessage-deflate; server_max_window_bits=9; client_max_window_bits=10");
}

TEST_CASE("malformed offers are declined, and the next one is looked at") {
  for (auto bad : {"permessage-deflate; unknown", "permessage-deflate; server_max_window_bits",
                   "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=7",
                   "permessage-deflate; server_max_window_bits=08",
                   "permessage-deflate; server_max_window_bits=", "permessage-deflate; client_max_window_bits=0",
                   "permessage-deflate; client_max_window_bits=x", "permessage-deflate; server_no_context_takeover=1",
                   "permessage-deflate; client_no_context_takeover=",
                   "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                   "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
                   "permessage-deflate; client_max_window_bits; client_max_window_bits", "x-webkit-deflate-frame", "",
                   "permessage-deflate; server_max_window_bits=8"}) {
    CHECK(agreed(bad) == "(none)");
    CHECK(agreed(std::string(bad) + ", permessage-deflate", keeping_both()) == "permessage-deflate");
  }
  CHECK(!negotiate_deflate({"permessage-deflate"}, {}));
  DeflateOptions enabled = keeping_both();
  enabled.enabled = true;
  CHECK(negotiate_deflate({"mux", "permessage-deflate"}, enabled));
}

TEST_CASE("messages survive compression in both directions, for every window and both take-over modes") {
  for (bool context : {false, true}) {
    for (std::uint8_t bits = 9; bits <= 15; ++bits) {
      Pair pair({context, context, bits, bits});
      for (std::size_t size : {1u, 2u, 100u, 5000u, 70000u, 300000u}) {
        auto message = text_of(size, static_cast<int>(size));
        std::string out;
        auto compressed = pair.server.compress(message);
        if (!compressed) continue;  // too short to gain anything
        CHECK(pair.client.decompress(std::string(*compressed), 1 << 20, out) == Compression::Inflated::ok);
        CHECK(out == message);
        compressed = pair.client.compress(message);
        CHECK(pair.server.decompress(std::string(*compressed), 1 << 20, out) == Compression::Inflated::ok);
        CHECK(out == message);
      }
    }
  }
}

TEST_CASE("with context take-over a repeated message costs next to nothing") {
  Pair kept({true, true, 15, 15}), forgotten({false, false, 15, 15});
  auto message = text_of(2000);
  auto first = kept.server.compress(message)->size(), second = kept.server.compress(message)->size();
  CHECK(second < first / 4);
  first = forgotten.server.compress(message)->size();
  CHECK(forgotten.server.compress(message)->size() == first);
}

TEST_CASE("the examples of RFC 7692 §7.2.3 are understood") {
  Stepwise compression({true, true, 15, 15}, {});
  std::string out;
  auto restored = [&](std::string_view octets) {
    CHECK(compression.decompress(octets, 100, out) == Compression::Inflated::ok);
    return out;
  };
  CHECK(restored({"\xf2\x48\xcd\xc9\xc9\x07\x00", 7}) == "Hello");
  CHECK(restored({"\xf2\x00\x11\x00\x00", 5}) == "Hello");                           // refers to the one before
  CHECK(restored({"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11}) == "Hello");  // a block without compression
  CHECK(restored({"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8}) == "Hello");               // a final block
  CHECK(restored({"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13}) == "Hello");  // two blocks
  CHECK(restored({"\x00", 1}).empty());
}

TEST_CASE("a bomb is stopped at the limit") {
  Stepwise client({true, true, 15, 15}, {}), server({true, true, 15, 15}, {});
  std::string bomb(client.compress(std::string(50 << 20, 'x')).value()), out;
  CHECK(bomb.size() < 60000);
  CHECK(server.decompress(bomb, 1 << 20, out) == Compression::Inflated::too_big);
  CHECK(out.capacity() < 3 << 20);
  Stepwise exact({false, false, 15, 15}, {});
  Stepwise fresh({false, false, 15, 15}, {});
  std::string kilobyte(fresh.compress(std::string(1000, 'x')).value());
  CHECK(exact.decompress(kilobyte, 1000, out) == Compression::Inflated::ok);
  CHECK(exact.decompress(kilobyte, 999, out) == Compression::Inflated::too_big);
}

TEST_CASE("what is no DEFLATE data, or ends inside a block, is broken") {
  Stepwise server({false, false, 15, 15}, {}), client({false, false, 15, 15}, {});
  std::string out;
  CHECK(server.decompress("\xff\xff\xff", 100, out) == Compression::Inflated::broken);
  std::string whole(client.compress(text_of(5000)).value());
  for (std::size_t size = 1; size + 1 < whole.size(); size += 37)
    CHECK(server.decompress(whole.substr(0, size), 1 << 20, out) != Compression::Inflated::ok);
  CHECK(server.decompress(whole, 1 << 20, out) == Compression::Inflated::ok);
}

TEST_CASE("a session echoes compressed messages compressed, however their frames are cut") {
  for (bool context : {false, true}) {
    std::string bytes;
    DeflateAgreement agreement{context, context, 15, 15};
    CompressedConversation probe({}, agreement);
    auto first = text_of(500, 1), second = text_of(700, 2);
    bytes += text(probe.compressed(first), {.rsv = 4});
    auto cut = probe.compressed(second);
    bytes += text(cut.substr(0, 10), {.fin = false, .rsv = 4}) + ping("p") + more(cut.substr(10), true);
    bytes += text("plain words");
    for (std::size_t piece : {1u, 3u, 50u, 100000u}) {
      CompressedConversation conversation({}, agreement);
      for (std::size_t at = 0; at < bytes.size(); at += piece) conversation.receive(bytes.substr(at, piece));
      auto sent = conversation.sent();
      REQUIRE(sent.size() == 4);
      CHECK(sent[0] == "compressed " + first);
      CHECK(sent[1] == "plain p");
      CHECK(sent[2] == "compressed " + second);
      CHECK(sent[3].ends_with("plain words"));
      CHECK(conversation.events.size() == 4);
    }
  }
}

TEST_CASE("RSV1 stands only in the first frame of a message, and only where it was agreed on") {
  auto failed = [](const std::string& bytes) {
    return CompressedConversation().receive(bytes).sent() == Texts{"close 1002"};
  };
  CompressedConversation probe;
  auto payload = probe.compressed(text_of(100));
  CHECK(failed(client_frame(9, "x", {.rsv = 4})));
  CHECK(failed(client_frame(8, "", {.rsv = 4})));
  CHECK(failed(text(payload.substr(0, 5), {.fin = false, .rsv = 4}) + client_frame(0, payload.substr(5), {.rsv = 4})));
  CHECK(failed(text(payload, {.rsv = 6})));
  CHECK(failed(text(payload, {.rsv = 5})));
}

TEST_CASE("a compressed message is checked after it was restored") {
  CompressedConversation invalid;
  invalid.receive(text(invalid.compressed(std::string(100, 'a') + "\xff" + std::string(100, 'a')), {.rsv = 4}));
  CHECK(invalid.sent() == Texts{"close 1007"});
  CompressedConversation binary_one;
  binary_one.receive(binary(binary_one.compressed(std::string(100, '\xff')), {.rsv = 4}));
  CHECK(binary_one.sent() == Texts{"compressed " + std::string(100, '\xff')});
  CompressedConversation broken;
  CHECK(broken.receive(text("\xff\xff\xff\xff", {.rsv = 4})).sent() == Texts{"close 1007"});
}

TEST_CASE("a compressed message beyond the limit closes 1009, whole and in fragments") {
  Limits limits{.message = 1000};
  CompressedConversation whole(limits);
  whole.receive(text(whole.compressed(std::string(1001, 'x')), {.rsv = 4}));
  CHECK(whole.sent() == Texts{"close 1009"});
  CompressedConversation fragments(limits);
  auto payload = fragments.compressed(std::string(5000, 'x'));
  fragments.receive(text(payload.substr(0, 3), {.fin = false, .rsv = 4}) + more(payload.substr(3), true));
  CHECK(fragments.sent() == Texts{"close 1009"});
  CompressedConversation fits(limits);
  fits.receive(text(fits.compressed(std::string(1000, 'x')), {.rsv = 4}));
  CHECK(fits.sent() == Texts{"compressed " + std::string(1000, 'x')});
}

TEST_CASE("short messages and those that do not shrink are sent as they are") {
  CompressedConversation conversation;
  conversation.session->send_text("");
  conversation.session->send_text("ab");
  CHECK(conversation.sent() == Texts{"plain ", "plain ab"});
}

TEST_CASE("a message is compressed and restored in steps, and comes out the same") {
  Pair pair({false, false, 15, 15});
  auto message = text_of(1 << 20);
  auto compressed = pair.server.compress(message).value();
  CHECK(pair.server.steps == 1023);
  std::string out;
  CHECK(pair.client.decompress(compressed, 1 << 20, out) == Compression::Inflated::ok);
  CHECK(pair.client.steps >= 15);
  CHECK(out == message);
}

TEST_CASE("a message that is half compressed or restored has its stream to itself") {
  Pair first({false, false, 15, 15}), second({false, false, 15, 15});
  auto a = text_of(5000, 1), b = text_of(5000, 2);
  std::string_view rest = a;
  std::string out;
  CHECK(!first.server.Compression::compress(rest, out, net::WorkShare(first.server.budget, {})));
  auto other = second.server.compress(b).value();
  while (!first.server.Compression::compress(rest, out, net::WorkShare(first.server.budget, {}))) {
  }
  std::string plain;
  CHECK(first.client.decompress(out, 10'000, plain) == Compression::Inflated::ok);
  CHECK(plain == a);
  CHECK(second.client.decompress(other, 10'000, plain) == Compression::Inflated::ok);
  CHECK(plain == b);
}

TEST_CASE("compressed messages of which a turn cannot restore all are served in order, a few in each turn") {
  constexpr int count = 100;
  CompressedConversation conversation;
  std::string bytes;
  Texts expected;
  for (int i = 0; i < count; ++i) {
    expected.push_back("compressed " + text_of(300'000, i));
    bytes += text(conversation.compressed(text_of(300'000, i)), {.rsv = 4});
  }
  conversation.session->on_bytes({bytes.data(), bytes.size()});
  CHECK(conversation.transport.paused);
  auto served = conversation.events.size();
  CHECK(served < 50);  // of some milliseconds each
  int turns = 0;
  while (conversation.transport.paused) {
    conversation.turn();
    CHECK(conversation.events.size() < served + 50);
    served = conversation.events.size();
    ++turns;
  }
  CHECK(turns > 2);
  CHECK(conversation.sent() == expected);
}

TEST_CASE("what is sent behind a message that is half compressed comes behind it, and the Close frame last") {
  CompressedConversation conversation;
  auto large = text_of(12 << 20);
  conversation.session->send_text(large);
  CHECK(conversation.transport.output.empty());
  CHECK(conversation.transport.paused);
  CHECK(conversation.session->backlog() == large.size());
  conversation.session->send_text("x");
  conversation.session->send(std::make_shared<const SharedMessage>(Opcode::text, text_of(1000)));
  conversation.session->close(1000);
  while (conversation.transport.paused) conversation.turn();
  CHECK(conversation.session->backlog() == 0);
  CHECK(conversation.sent() == Texts{"compressed " + large, "plain x", "compressed " + text_of(1000), "close 1000"});
}

TEST_CASE("a message for many is compressed once, however many sessions send it before it is done") {
  std::vector<std::unique_ptr<CompressedConversation>> all;
  for (int i = 0; i < 3; ++i) all.push_back(std::make_unique<CompressedConversation>());
  auto message = std::make_shared<const SharedMessage>(Opcode::text, text_of(10 << 20));
  for (auto& conversation : all) conversation->session->send(message);
  CHECK(!message->is_compressed());
  while (!message->is_compressed()) {
    for (auto& conversation : all) conversation->turn();
  }
  for (auto& conversation : all) {
    while (conversation->transport.paused) conversation->turn();
    CHECK(conversation->transport.output == message->compressed_frame());
  }
}

TEST_CASE("a session that ends while it has work left is forgotten") {
  CompressedConversation conversation;
  auto before = Unfinished::octets_of_all();
  conversation.session->send_text(text_of(20 << 20));
  CHECK(Unfinished::octets_of_all() == before + (20 << 20));
  conversation.session.reset();
  CHECK(Unfinished::octets_of_all() == before);
  conversation.turn();
}

TEST_CASE("compressed input waits while others have much to compress") {
  CompressedConversation waiting, busy;
  busy.session->send_binary(std::string(20 << 20, 'x'));
  waiting.session->on_bytes(std::span<char>());
  auto bytes = text(waiting.compressed("hello hello hello hello"), {.rsv = 4});
  waiting.session->on_bytes({bytes.data(), bytes.size()});
  CHECK(waiting.events.size() == 1);
  waiting.turn();
  CHECK(waiting.events.size() == 1);
  while (busy.transport.paused) busy.turn();
  waiting.turn();
  CHECK(waiting.events.size() == 2);
  CHECK(!waiting.transport.paused);
}
