#include "http1/header_cache.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "http1/scene.hpp"

using namespace sluice;
using namespace sluice::http1;

namespace {

/// Tells what stands in the head of each request.
class Teller final : public TestApplication {
 public:
  void on_request(http::Exchange& exchange) override {
    const auto& request = exchange.request;
    std::string text =
        std::string(request.target) + " [" + std::string(request.authority) + "," + std::string(request.host) + "]";
    for (const auto& field : request.fields) text.append(" ").append(field.name).append("=").append(field.value);
    answer(exchange, 200, text);
  }
};

/// Connections of one worker.
struct Worker {
  Teller application;
  Engine engine{application, Settings{}};

  /// What a new connection answers to `octets`, which come in pieces of `size`.
  std::string answer(std::string_view octets, std::size_t size = std::string::npos) {
    Session session(engine);
    test::FakeTransport transport;
    session.on_open(transport);
    while (!octets.empty() && !transport.closed) {
      std::string piece(octets.substr(0, size));
      octets.remove_prefix(piece.size());
      session.on_bytes({piece.data(), piece.size()});
    }
    return without_dates(transport.output) + (transport.closed ? " closed" : "");
  }
};

HeaderSection* none = nullptr;

}  // namespace

TEST_CASE("a header section is found once it has been stored, at the front of what was received") {
  HeaderCache cache;
  const std::string octets = "Host: a:80\r\nX: y\r\n\r\n";
  CHECK(cache.find(octets) == none);
  std::string_view text = octets;
  const http::FieldLine fields[] = {{text.substr(0, 4), text.substr(6, 4)}, {text.substr(12, 1), text.substr(15, 1)}};
  cache.store(text, fields, text.substr(6, 4), text.substr(6, 1), true);
  for (const auto& received : {octets, octets + "GET / HTTP/1.1\r\n"}) {
    const auto* found = cache.find(received);
    REQUIRE(found != none);
    CHECK(found->authority == "a:80");
    CHECK(found->host == "a");
    http::FieldLine placed[2];
    found->place(received.data(), placed);
    CHECK(placed[1].name == "X");
    CHECK(placed[1].value.data() == received.data() + 15);
  }
  CHECK(cache.find("Host: a:80\r\nX: z\r\n\r\n") == none);
  CHECK(cache.find(octets.substr(0, octets.size() - 1)) == none);
  CHECK(cache.find("") == none);
}

TEST_CASE("a large header section is not kept") {
  Worker worker;
  auto large = "GET / HTTP/1.1\r\nHost: x\r\nCookie: " + std::string(2000, 'c') + "\r\n\r\n";
  worker.answer(large);
  CHECK(worker.engine.headers.find(std::string_view(large).substr(16)) == none);
  CHECK(worker.answer(large) == Worker().answer(large));
}

TEST_CASE("a known header section is answered as a new one") {
  const std::string_view pieces[] = {"Host: x\r\n",
                                     "Host: y:81\r\n",
                                     "host: [::1]\r\n",
                                     "X-A: b\r\n",
                                     "X-A:\t c \r\n",
                                     "Connection: close\r\n",
                                     "Connection: keep-alive\r\n",
                                     "Connection: upgrade\r\n",
                                     "Content-Length: 0\r\n",
                                     "Content-Length: 2\r\n",
                                     "Transfer-Encoding: chunked\r\n",
                                     "Expect: 100-continue\r\n",
                                     "Cookie: a=b\r\n",
                                     " folded\r\n",
                                     "Host: \r\n",
                                     "A : b\r\n"};
  const std::string_view lines[] = {
      "GET / HTTP/1.1\r\n",         "POST /a?b HTTP/1.1\r\n", "GET / HTTP/1.0\r\n",       "GET http://z/ HTTP/1.1\r\n",
      "GET /\xc3\xa9 HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n", "CONNECT x:1 HTTP/1.1\r\n", "FOO / HTTP/1.1\r\n"};
  Worker worker;
  std::mt19937 random(11);
  std::size_t known = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string section = round % 4 ? "Host: x\r\n" : "";
    for (auto count = random() % 4; count > 0; --count) section += pieces[random() % std::size(pieces)];
    section += "\r\n";
    known += worker.engine.headers.find(section) != none;
    auto head = std::string(lines[random() % std::size(lines)]) + section;
    auto two = head + head;                   // the second from the cache, in a pipeline
    auto expected = Worker().answer(two, 1);  // octet by octet nothing is found
    CHECK_MESSAGE(worker.answer(two) == expected, two);
    CHECK_MESSAGE(worker.answer(two) == expected, two);
  }
  CHECK(known > 1000);
}

TEST_CASE("limits hold for known header sections, too") {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\n\r\n";
  Worker worker;
  CHECK(worker.answer(head).starts_with("HTTP/1.1 200"));
  SUBCASE("number") {
    Settings few;
    few.fields = 2;
    worker.engine.set_settings(few);
  }
  SUBCASE("size") {
    Settings small;
    small.head = Bytes{20};
    worker.engine.set_settings(small);
  }
  CHECK(worker.answer(head).starts_with("HTTP/1.1 431"));
}
