#include "site/dispatcher.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "http1/scene.hpp"
#include "support/loaded_site.hpp"

using namespace sluice;

namespace {

/// A worker without sockets: HTTP/1 before a site.
struct Worker {
  explicit Worker(const std::string& text) : dispatcher(test::site_of(text), nullptr) {}

  /// What a new connection gets for this request.
  std::string answer(const std::string& line, const std::string& fields = "") {
    http1::Session session(engine);
    test::FakeTransport transport;
    session.on_open(transport);
    auto octets = line + " HTTP/1.1\r\nHost: a.example\r\n" + fields + "\r\n";
    session.on_bytes({octets.data(), octets.size()});
    return http1::without_dates(transport.output);
  }

  /// What one connection gets for the same request so many times, all in one piece.
  std::string answers(const std::string& line, int times, test::FakeTransport& transport) {
    http1::Session session(engine);
    session.on_open(transport);
    std::string octets;
    for (int i = 0; i < times; ++i) octets += line + " HTTP/1.1\r\nHost: a.example\r\n\r\n";
    session.on_bytes({octets.data(), octets.size()});
    return http1::without_dates(transport.output);
  }

  site::Dispatcher dispatcher;
  http1::Engine engine{dispatcher, http1::Settings{}};
};

struct Listener final : site::Observer {
  void on_end(http::Exchange&, const http::Outcome& outcome) override { count += outcome.status == 200; }
  int count = 0;
};

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

const std::string routes = R"(
[[route]]
path = "/constant"
text = "constant"

[[route]]
path = ["/hello", "/hello/{name}"]
params.name = { default = "you" }
text = "{name} {path} {query.x}"

[[route]]
path = "/{a}/{b}/{c}/{d}"
text = "{a}{b}{c}{d}"

[[route]]
path = "/rest/{more...}"
text = "{more}"

[[route]]
path = "/items/{id}"
params.id = "int"
query.q = "string?"
json = { id = "{id}", q = "{q}" }

[[route]]
path = "/slash/"
trailing_slash = "ignore"
text = "slash {path}"

[[route]]
path = "/post"
method = "POST"
text = "posted"
)";

}  // namespace

TEST_CASE("a request that comes again is answered as the first time, whatever serves it") {
  Worker worker(routes);
  for (const auto* line :
       {"GET /constant",     "HEAD /constant", "GET /hello",        "GET /hello/Ada", "GET /hello/Ada?x=1",
        "GET /hello/Ad%61",  "GET /hello/",    "GET /1/2/3/4",      "GET /rest/a/b",  "GET /rest/a%2fb/c",
        "GET /items/42?q=x", "GET /items/42",  "GET /items/x",      "GET /slash/",    "GET /slash",
        "GET /post",         "GET /missing",   "OPTIONS /constant", "OPTIONS *",      "GET /%ff",
        "DELETE /hello/Ada"}) {
    auto first = worker.answer(line);
    CHECK(first.starts_with("HTTP/1.1 "));
    for (int i = 0; i < 5; ++i) CHECK_MESSAGE(worker.answer(line) == first, line);
  }
}

TEST_CASE("a request that comes again after a reload is answered by the new site") {
  Worker worker("[[route]]\npath = \"/{name}\"\ntext = \"old {name}\"\n");
  for (int i = 0; i < 5; ++i) CHECK(worker.answer("GET /Ada").ends_with("old Ada"));
  worker.dispatcher.set_site(test::site_of("[[route]]\npath = \"/Ada\"\ntext = \"new\"\n"));
  for (int i = 0; i < 3; ++i) CHECK(worker.answer("GET /Ada").ends_with("new"));
  worker.dispatcher.set_site(test::site_of("[[route]]\npath = \"/other\"\ntext = \"new\"\n"));
  for (int i = 0; i < 3; ++i) CHECK(worker.answer("GET /Ada").starts_with("HTTP/1.1 404"));
}

TEST_CASE("requests that differ in one octet are told apart") {
  Worker worker(routes);
  for (int i = 0; i < 4; ++i) {
    CHECK(worker.answer("GET /hello/Ada").ends_with("Ada /hello/Ada "));
    CHECK(worker.answer("GET /hello/Bob").ends_with("Bob /hello/Bob "));
    CHECK(worker.answer("GET /hello/Ada?x=1").ends_with("Ada /hello/Ada 1"));
    CHECK(worker.answer("GET /hello/Ada?x=2").ends_with("Ada /hello/Ada 2"));
    CHECK(worker.answer("GET /hello", "Connection: close\r\n").find("Connection: close") != std::string::npos);
    CHECK(worker.answer("GET /hello", "Connection: c1ose\r\n").find("Connection: close") == std::string::npos);
  }
}

TEST_CASE("what is answered without an exchange ends and limits the connection as ever") {
  Worker worker(routes);
  for (int i = 0; i < 4; ++i) worker.answer("GET /constant");
  test::FakeTransport many, few, last;
  CHECK(occurrences(worker.answers("GET /constant", 5, many), "constant") == 5);
  CHECK_FALSE(many.closed);
  CHECK(many.deadline == http1::Settings{}.keep_alive);

  auto settings = http1::Settings{};
  settings.requests = 3;
  worker.engine.set_settings(settings);  // which forgets the heads
  for (int i = 0; i < 4; ++i) worker.answer("GET /constant");
  auto text = worker.answers("GET /constant", 5, few);
  CHECK(occurrences(text, "constant") == 3);
  CHECK(occurrences(text, "Connection: close") == 1);
  CHECK(few.closed);

  worker.engine.draining = true;
  text = worker.answers("GET /constant", 2, last);
  CHECK(occurrences(text, "constant") == 1);
  CHECK(occurrences(text, "Connection: close") == 1);
  CHECK(last.closed);
}

TEST_CASE("whoever wants to hear of requests hears of those that come again, too") {
  Worker worker(routes);
  for (int i = 0; i < 4; ++i) worker.answer("GET /constant");
  Listener counter;
  worker.dispatcher.set_observer(&counter);
  for (int i = 0; i < 4; ++i) worker.answer("GET /constant");
  CHECK(counter.count == 4);
  worker.dispatcher.set_observer(nullptr);
  CHECK(worker.answer("GET /constant").ends_with("constant"));
  CHECK(counter.count == 4);
}

TEST_CASE("a constant text with what is not constant about it is answered anew each time") {
  Worker worker(R"(
[server]
server_timing = true
[[route]]
path = "/timed"
text = "timed"
)");
  for (int i = 0; i < 5; ++i) CHECK(worker.answer("GET /timed").find("Server-Timing: ") != std::string::npos);

  Worker numbered(R"(
[[route]]
path = "/numbered"
text = "numbered"
headers.X-Number = "{request.id}"
)");
  auto before = numbered.answer("GET /numbered");
  for (int i = 0; i < 5; ++i) {
    auto next = numbered.answer("GET /numbered");
    CHECK(next.find("X-Number: ") != std::string::npos);
    CHECK(next != before);
    before = next;
  }
}

TEST_CASE("preconditions are looked at each time") {
  Worker worker(routes);
  auto first = worker.answer("GET /constant");
  auto at = first.find("ETag: ");
  REQUIRE(at != std::string::npos);
  auto etag = first.substr(at + 6, first.find("\r\n", at) - at - 6);
  for (int i = 0; i < 5; ++i) {
    CHECK(worker.answer("GET /constant", "If-None-Match: " + etag + "\r\n").starts_with("HTTP/1.1 304"));
    CHECK(worker.answer("GET /constant", "If-Match: \"other\"\r\n").starts_with("HTTP/1.1 412"));
    CHECK(worker.answer("GET /constant", "If-None-Match: \"other\"\r\n") == first);
  }
}
