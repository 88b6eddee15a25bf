#include "net/socket/proxy_header.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/fake_transport.hpp"

using namespace sluice;
using Kind = net::ProxyHeader::Kind;

namespace {

const std::string v2_signature("\r\n\r\n\0\r\nQUIT\n", 12);
const std::string v4_ends("\xc0\x00\x02\x07\xc6\x33\x64\x01\x12\x67\x01\xbb", 12);  // 192.0.2.7:4711, 198.51.100.1:443

std::string v2(char command, char family, const std::string& content) {
  auto size = content.size();
  return v2_signature + command + family + static_cast<char>(size >> 8) + static_cast<char>(size & 0xff) + content;
}

std::string v6_ends() {
  std::string client = "\x20\x01\x0d\xb8" + std::string(11, '\0') + "\x07";
  return client + std::string(16, '\x01') + "\x12\x67" + "\x01\xbb";
}

/// The address that a header names, "none", or "broken", "absent", "incomplete".
std::string told(std::string_view bytes) {
  auto header = net::read_proxy_header(bytes);
  switch (header.kind) {
    case Kind::incomplete: return "incomplete";
    case Kind::absent: return "absent";
    case Kind::broken: return "broken";
    case Kind::complete: break;
  }
  return header.client ? header.client->text() : "none";
}

struct Header {
  std::string bytes, client;
};

const std::vector<Header> headers = {
    {"PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n", "192.0.2.7:4711"},
    {"PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n", "[2001:db8::7]:4711"},
    {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535"},
    {"PROXY UNKNOWN\r\n", "none"},
    {"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "none"},
    {v2('\x21', '\x11', v4_ends), "192.0.2.7:4711"},
    {v2('\x21', '\x21', v6_ends()), "[2001:db8::7]:4711"},
    {v2('\x21', '\x11', v4_ends + std::string("\x04\x00\x03xyz", 6)), "192.0.2.7:4711"},  // with a TLV
    {v2('\x21', '\x31', std::string(216, 'u')), "none"},                                  // Unix sockets
    {v2('\x21', '\x12', v4_ends), "none"},                                                // UDP
    {v2('\x21', '\x00', ""), "none"},                                                     // unspecified
    {v2('\x20', '\x00', ""), "none"},                                                     // LOCAL
    {v2('\x20', '\x11', v4_ends), "none"},
    {v2('\x21', '\x11', v4_ends + std::string(4096 - 16 - 12, 't')), "192.0.2.7:4711"},
};

struct Spoken final : net::Protocol {
  void on_open(net::Transport&) override {}
  void on_bytes(std::span<char>) override {}
  void on_eof() override {}
  void on_deadline() override {}
  void drain() override {}
};

/// A connection whose header is read.
struct Scene {
  explicit Scene(std::string_view peer = "10.0.0.1") {
    transport.client = *net::Address::parse_ip(peer, 1);
    reader.on_open(transport);
  }
  void send(std::string bytes) {
    if (!over()) reader.on_bytes({bytes.data(), bytes.size()});
  }
  bool over() const { return transport.replacement || transport.aborted || transport.closed; }

  bool room = true;
  test::FakeTransport transport;
  net::ProxyHeaderReader reader{std::make_shared<net::Networks>(net::Networks{*net::Network::parse("10.0.0.0/8")}),
                                std::chrono::seconds(7),
                                [this] { return room ? std::make_unique<Spoken>() : nullptr; }};
};

}  // namespace

TEST_CASE("a header says who the client is, and how long it is") {
  for (const auto& header : headers) {
    CAPTURE(header.bytes.substr(0, 40));
    CHECK(told(header.bytes) == header.client);
    CHECK(told(header.bytes + "GET / HTTP/1.1\r\n") == header.client);
    CHECK(net::read_proxy_header(header.bytes + "GET").length == header.bytes.size());
  }
}

TEST_CASE("every beginning of a header is incomplete") {
  for (const auto& header : headers)
    for (std::size_t size = 0; size < header.bytes.size(); ++size)
      CHECK_MESSAGE(told(header.bytes.substr(0, size)) == "incomplete", header.bytes.substr(0, size));
}

TEST_CASE("what begins in another way is no header") {
  for (auto bytes : {"GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\n", "PROPFIND", "PROXY\r\n", "proxy TCP4 ",
                     "\r\nGET / HTTP/1.1", "\r\n\r\nGET", "\r\n\r\n\r\n"})
    CHECK_MESSAGE(told(bytes) == "absent", bytes);
}

TEST_CASE("what begins like a header and is none is broken") {
  for (auto bytes : {
           "PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 9\r\n",
           "PROXY TCP4  192.0.2.7 198.51.100.1 4711 443\r\n",
           "PROXY TCP5 192.0.2.7 198.51.100.1 4711 443\r\n",
           "PROXY TCP4 2001:db8::7 198.51.100.1 4711 443\r\n",
           "PROXY TCP6 192.0.2.7 198.51.100.1 4711 443\r\n",
           "PROXY TCP4 192.0.2.7 2001:db8::1 4711 443\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 4711 65536\r\n",
           "PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n",
           "PROXY TCP4 192.0.2.256 198.51.100.1 4711 443\r\n",
           "PROXY TCP4 example.org 198.51.100.1 4711 443\r\n",
           "PROXY TCP4\r\n",
           "PROXY \r\n",
           "PROXY UNKNOWNS\r\n",
           "PROXY tcp4 192.0.2.7 198.51.100.1 4711 443\r\n",
       })
    CHECK_MESSAGE(told(bytes) == "broken", bytes);
  CHECK(told(std::string("PROXY TCP4 192.0.2.7\0x 198.51.100.1 4711 443\r\n", 46)) == "broken");
  CHECK(told(v2('\x22', '\x11', v4_ends)) == "broken");  // no such command
  CHECK(told(v2('\x11', '\x11', v4_ends)) == "broken");  // no such version
  CHECK(told(v2('\x21', '\x11', v4_ends.substr(1))) == "broken");
  CHECK(told(v2('\x21', '\x21', v6_ends().substr(1))) == "broken");
}

TEST_CASE("a header is broken as soon as it is too long") {
  std::string line = "PROXY UNKNOWN " + std::string(200, 'x');
  CHECK(told(line.substr(0, 106)) == "incomplete");
  CHECK(told(line.substr(0, 107)) == "broken");
  line.replace(105, 2, "\r\n");
  CHECK(told(line.substr(0, 107)) == "none");
  auto large = v2('\x21', '\x11', v4_ends + std::string(4097 - 16 - 12, 't'));
  CHECK(told(large.substr(0, 16)) == "broken");
}

TEST_CASE("what follows a header goes to the protocol, at whatever octet the pieces part") {
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  for (const auto& header : headers) {
    auto all = header.bytes + request;
    auto step = header.bytes.size() > 500 ? std::size_t{97} : std::size_t{1};  // a loop is made for each split
    for (std::size_t split = 0; split <= all.size(); split += step) {
      Scene scene;
      if (split > 0) scene.send(all.substr(0, split));
      auto handed_over = scene.transport.handed_over;
      if (scene.over()) {
        handed_over += all.substr(split);
      } else {
        scene.send(all.substr(split));
        handed_over = scene.transport.handed_over;
      }
      REQUIRE(scene.transport.replacement);
      CHECK(handed_over == request);
      CHECK(scene.transport.client.text() == (header.client == "none" ? "10.0.0.1:1" : header.client));
      CHECK(scene.transport.deadline.count() == 0);
    }
  }
}

TEST_CASE("a header may come octet by octet, within its time") {
  for (const auto& header : headers) {
    Scene scene;
    for (char octet : header.bytes) {
      CHECK_FALSE(scene.over());
      CHECK(scene.transport.deadline == std::chrono::seconds(7));
      scene.send(std::string(1, octet));
    }
    REQUIRE(scene.transport.replacement);
    CHECK(scene.transport.handed_over.empty());
  }
}

TEST_CASE("a header that does not come to its end ends the connection") {
  Scene late, ended, stopped;
  late.send("PROXY TC");
  late.reader.on_deadline();
  CHECK(late.transport.closed);
  ended.send("PROXY TC");
  ended.reader.on_eof();
  CHECK(ended.transport.closed);
  stopped.reader.drain();
  CHECK(stopped.transport.deadline == std::chrono::seconds(1));  // a request may be under way
}

TEST_CASE("a broken header ends the connection at once") {
  Scene scene;
  scene.send("PROXY nonsense\r\n");
  CHECK(scene.transport.aborted);
  CHECK_FALSE(scene.transport.replacement);
}

TEST_CASE("a trusted proxy may leave the header out") {
  Scene scene;
  scene.send("P");
  CHECK_FALSE(scene.over());
  scene.send("OST / HTTP/1.1\r\n");
  REQUIRE(scene.transport.replacement);
  CHECK(scene.transport.handed_over == "POST / HTTP/1.1\r\n");
  CHECK(scene.transport.client.text() == "10.0.0.1:1");
}

TEST_CASE("what another peer sends is no header") {
  Scene scene("192.0.2.66");
  scene.send(headers[0].bytes);
  REQUIRE(scene.transport.replacement);
  CHECK(scene.transport.handed_over == headers[0].bytes);
  CHECK(scene.transport.client.text() == "192.0.2.66:1");
}

TEST_CASE("a client with too many connections does not get another one by a proxy") {
  Scene scene;
  scene.transport.client_has_room = false;
  scene.send(headers[0].bytes);
  CHECK(scene.transport.aborted);
  CHECK_FALSE(scene.transport.replacement);
}

TEST_CASE("a listener that is gone by now speaks no protocol") {
  Scene scene;
  scene.room = false;
  scene.send(headers[0].bytes);
  CHECK(scene.transport.aborted);
}
