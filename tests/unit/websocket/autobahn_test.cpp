#include <doctest/doctest.h>

#include "conversation.hpp"

/// Walks the case families of the Autobahn test suite. Each expectation is the suite's own: what is echoed,
/// and with which code the connection ends; every case is sent whole and octet by octet.
using namespace sluice::websocket::test;
using Texts = std::vector<std::string>;

namespace {

/// What the server sends in answer to `bytes`, the same in one piece and octet by octet.
Texts answers(const std::string& bytes) {
  auto whole = in_pieces(bytes, bytes.size(), 1).sent;
  CHECK(in_pieces(bytes, 0, 1).sent == whole);
  return whole;
}

const Texts failed_1002{"close 1002"};
const Texts failed_1007{"close 1007"};

}  // namespace

TEST_CASE("Autobahn 1: text and binary messages of all lengths are echoed") {
  for (std::size_t size : {0u, 125u, 126u, 127u, 128u, 65535u, 65536u}) {
    CHECK(answers(text(std::string(size, '*'))) == Texts{"text " + std::string(size, '*')});
    CHECK(answers(binary(std::string(size, '\xfe'))) == Texts{"binary " + std::string(size, '\xfe')});
    CHECK(in_pieces(text(std::string(size, '*')), 0, 997).sent == Texts{"text " + std::string(size, '*')});
  }
}

TEST_CASE("Autobahn 2: pings are answered with their payload, pongs are ignored, long pings fail") {
  CHECK(answers(ping("")) == Texts{"pong "});
  CHECK(answers(ping("Hello, world!")) == Texts{"pong Hello, world!"});
  CHECK(answers(ping({"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8})) ==
        Texts{"pong " + std::string("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8)});
  CHECK(answers(ping(std::string(125, '\xfe'))) == Texts{"pong " + std::string(125, '\xfe')});
  CHECK(answers(ping(std::string(126, '\xfe'))) == failed_1002);
  CHECK(answers(pong("")).empty());
  CHECK(answers(pong("unsolicited")).empty());
  CHECK(answers(pong("unsolicited") + ping("payload")) == Texts{"pong payload"});
  std::string ten;
  Texts pongs;
  for (int i = 0; i < 10; ++i) {
    ten += ping("payload-" + std::to_string(i));
    pongs.push_back("pong payload-" + std::to_string(i));
  }
  CHECK(answers(ten) == pongs);
}

TEST_CASE("Autobahn 3: reserved bits fail the connection, after what came before was served") {
  for (unsigned rsv = 1; rsv <= 7; ++rsv) {
    CHECK(answers(text("Hello", {.rsv = rsv})) == failed_1002);
    CHECK(answers(binary("Hello", {.rsv = rsv})) == failed_1002);
    CHECK(answers(client_frame(9, "Hello", {.rsv = rsv})) == failed_1002);
    CHECK(answers(client_frame(8, "", {.rsv = rsv})) == failed_1002);
  }
  CHECK(answers(text("Hello") + text("Hello", {.rsv = 2}) + ping("")) == Texts{"text Hello", "close 1002"});
}

TEST_CASE("Autobahn 4: reserved opcodes fail the connection") {
  for (unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
    CHECK(answers(client_frame(opcode, "")) == failed_1002);
    CHECK(answers(client_frame(opcode, "payload")) == failed_1002);
    CHECK(answers(text("Hello") + client_frame(opcode, "x") + ping("")) == Texts{"text Hello", "close 1002"});
  }
}

TEST_CASE("Autobahn 5: fragments become one message, control frames pass between them, disorder fails") {
  CHECK(answers(client_frame(9, "frag", {.fin = false}) + more("ment", true)) == failed_1002);
  CHECK(answers(client_frame(10, "frag", {.fin = false}) + more("ment", true)) == failed_1002);
  CHECK(answers(text("frag", {.fin = false}) + more("ment", true)) == Texts{"text fragment"});
  CHECK(answers(binary("frag", {.fin = false}) + more("ment", true)) == Texts{"binary fragment"});
  CHECK(answers(text("frag", {.fin = false}) + ping("p") + more("ment", true)) == Texts{"pong p", "text fragment"});
  CHECK(answers(more("non-continuation", true) + text("Hello")) == failed_1002);
  CHECK(answers(more("non-continuation", false) + text("Hello")) == failed_1002);
  CHECK(answers(text("a", {.fin = false}) + more("b", true) + more("c", false) + text("d")) ==
        Texts{"text ab", "close 1002"});
  CHECK(answers(text("a", {.fin = false}) + text("b") + more("c", true)) == failed_1002);
  CHECK(answers(text("a", {.fin = false}) + binary("b") + more("c", true)) == failed_1002);
  auto pings = text("f1", {.fin = false}) + more("f2", false) + ping("ping 1") + more("f3", false) + more("f4", false) +
               ping("ping 2") + more("f5", true);
  CHECK(answers(pings) == Texts{"pong ping 1", "pong ping 2", "text f1f2f3f4f5"});
  CHECK(answers(text("", {.fin = false}) + more("", false) + more("", true)) == Texts{"text "});
  CHECK(answers(text("", {.fin = false}) + more("middle", false) + more("", true)) == Texts{"text middle"});
}

TEST_CASE("Autobahn 6: valid UTF-8 is echoed however it is cut, also inside characters") {
  const std::string valid = "Hello-µ@ßöäüàá-UTF-8!!";
  CHECK(answers(text(valid)) == Texts{"text " + valid});
  for (std::size_t cut = 0; cut <= valid.size(); ++cut)
    CHECK(answers(text(valid.substr(0, cut), {.fin = false}) + more(valid.substr(cut), true)) ==
          Texts{"text " + valid});
  std::string octets;
  for (std::size_t i = 0; i < valid.size(); ++i)
    octets += client_frame(i == 0 ? 1 : 0, valid.substr(i, 1), {.fin = i + 1 == valid.size()});
  CHECK(answers(octets) == Texts{"text " + valid});
  for (const std::string good : {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
                                 "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xef\xbf\xbe", "\xef\xbf\xbf",
                                 "\xc2\x80", "\xe0\xa0\x80", "\xf0\x9f\xbf\xbf", "\x7f"})
    CHECK(answers(text(good)) == Texts{"text " + good});
}

TEST_CASE("Autobahn 6: invalid UTF-8 fails with 1007") {
  for (const std::string bad : {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64",
                                "\xf4\x90\x80\x80",
                                "\xf8\x88\x80\x80\x80",
                                "\xfc\x84\x80\x80\x80\x80",
                                "\xc0\xaf",
                                "\xe0\x80\xaf",
                                "\xf0\x80\x80\xaf",
                                "\xc1\xbf",
                                "\xe0\x9f\xbf",
                                "\xf0\x8f\xbf\xbf",
                                "\xed\xa0\x80",
                                "\xed\xad\xbf",
                                "\xed\xae\x80",
                                "\xed\xaf\xbf",
                                "\xed\xb0\x80",
                                "\xed\xbe\x80",
                                "\xed\xbf\xbf",
                                "\xed\xa0\x80\xed\xb0\x80",
                                "\x80",
                                "\xbf",
                                "\x80\xbf",
                                "\xc0 \xc1 ",
                                "\xfe",
                                "\xff",
                                "\xce",
                                "\xe1\xbd",
                                "\xf0\x9f\x98"}) {
    CHECK(answers(text(bad)) == failed_1007);
    CHECK(answers(text("fine ", {.fin = false}) + more(bad, true)) == failed_1007);
  }
  CHECK(answers(binary("\xff\xfe")) == Texts{"binary \xff\xfe"});
}

TEST_CASE("Autobahn 6.4: invalid UTF-8 fails at its first octet, before the frame or the message ends") {
  const std::string valid = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", bad = "\xf4\x90\x80\x80";
  CHECK(answers(text(valid, {.fin = false}) + more("\xf4\x90", false)) == failed_1007);
  CHECK(answers(text(valid + "\xf4", {.fin = false})).empty());
  auto frame = text(valid + bad + "edited");
  auto head = std::size_t{6};
  CHECK(answers(frame.substr(0, head + valid.size() + 1)).empty());
  CHECK(answers(frame.substr(0, head + valid.size() + 2)) == failed_1007);
}

TEST_CASE("Autobahn 7: the closing handshake") {
  CHECK(answers(text("Hello World!") + closing(1000)) == Texts{"text Hello World!", "close 1000"});
  CHECK(answers(closing(1000) + closing(1000)) == Texts{"close 1000"});
  CHECK(answers(closing(1000) + ping("x")) == Texts{"close 1000"});
  CHECK(answers(closing(1000) + text("x")) == Texts{"close 1000"});
  CHECK(answers(text("fragment1", {.fin = false}) + closing(1000) + more("fragment2", true)) == Texts{"close 1000"});
  CHECK(answers(client_frame(8, "")) == Texts{"close 1005"});
  CHECK(answers(client_frame(8, "\x03")) == failed_1002);
  CHECK(answers(closing(1000, "Hello World!")) == Texts{"close 1000"});
  CHECK(answers(closing(1000, std::string(123, '*'))) == Texts{"close 1000"});
  CHECK(answers(closing(1000, std::string(124, '*'))) == failed_1002);
  CHECK(answers(closing(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80")) == failed_1007);
  for (unsigned code : {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 3000u, 3999u, 4000u, 4999u})
    CHECK(answers(closing(code)) == Texts{"close " + std::to_string(code)});
  for (unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1016u, 1100u, 2000u, 2999u, 5000u, 65535u})
    CHECK(answers(closing(code)) == failed_1002);
}

TEST_CASE("Autobahn 9: large messages are echoed, whole, fragmented and in small pieces") {
  std::string large(1 << 20, '*');
  for (auto make : {text, binary}) {
    auto expected = Texts{(make("", {})[0] == text("")[0] ? "text " : "binary ") + large};
    for (std::size_t piece : {64u, 1024u, 65536u}) CHECK(in_pieces(make(large, {}), 0, piece).sent == expected);
    for (std::size_t size : {64u, 4096u, 65536u, 262144u}) {
      std::string frames = make(large.substr(0, size), {.fin = false});
      for (auto at = size; at < large.size(); at += size)
        frames += more(large.substr(at, size), at + size >= large.size());
      CHECK(in_pieces(frames, 0, 65536).sent == expected);
    }
  }
}

TEST_CASE("Autobahn 10: a message in 1300-octet fragments is echoed as one") {
  std::string payload(65536, '*'), frames;
  for (std::size_t at = 0; at < payload.size(); at += 1300)
    frames += client_frame(at == 0 ? 1 : 0, payload.substr(at, 1300), {.fin = at + 1300 >= payload.size()});
  CHECK(answers(frames) == Texts{"text " + payload});
}

TEST_CASE("beyond Autobahn: frames without a mask and lengths in a longer form than needed fail") {
  CHECK(answers(text("hello", {.masked = false})) == failed_1002);
  CHECK(answers(client_frame(9, "", {.masked = false})) == failed_1002);
  CHECK(answers(text("hello", {.length_form = 2})) == failed_1002);
  CHECK(answers(text("hello", {.length_form = 8})) == failed_1002);
  CHECK(answers(text(std::string(300, 'x'), {.length_form = 8})) == failed_1002);
  CHECK(answers(binary(std::string(300, 'x'), {.length_form = 2})) == Texts{"binary " + std::string(300, 'x')});
}
