#include "site/dispatcher.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "config/diagnostics.hpp"
#include "http1/scene.hpp"

using namespace sluice;

namespace {

std::shared_ptr<const site::Site> site_of(const std::string& text) {
  config::Diagnostics diagnostics;
  auto site = site::load_text("sluice.toml", text, diagnostics);
  REQUIRE(site);
  return site;
}

/// A worker without sockets: HTTP/1 before a site.
struct Worker {
  explicit Worker(const std::string& text) : dispatcher(site_of(text), nullptr) {}

  /// What a new connection gets for this request.
  std::string answer(const std::string& line, const std::string& fields = "") {
    http1::Session session(engine);
    test::FakeTransport transport;
    session.on_open(transport);
    auto octets = line + " HTTP/1.1\r\nHost: a.example\r\n" + fields + "\r\n";
    session.on_bytes({octets.data(), octets.size()});
    return http1::without_dates(transport.output);
  }

  site::Dispatcher dispatcher;
  http1::Engine engine{dispatcher, http1::Settings{}};
};

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
       {"GET /constant", "HEAD /constant", "GET /hello", "GET /hello/Ada", "GET /hello/Ada?x=1", "GET /hello/Ad%61", "GET /hello/",
        "GET /1/2/3/4", "GET /rest/a/b", "GET /rest/a%2fb/c", "GET /items/42?q=x", "GET /items/42", "GET /items/x", "GET /slash/",
        "GET /slash", "GET /post", "GET /missing", "OPTIONS /constant", "OPTIONS *", "GET /%ff", "DELETE /hello/Ada"}) {
    auto first = worker.answer(line);
    CHECK(first.starts_with("HTTP/1.1 "));
    for (int i = 0; i < 5; ++i) CHECK_MESSAGE(worker.answer(line) == first, line);
  }
}

TEST_CASE("a request that comes again after a reload is answered by the new site") {
  Worker worker("[[route]]\npath = \"/{name}\"\ntext = \"old {name}\"\n");
  for (int i = 0; i < 5; ++i) CHECK(worker.answer("GET /Ada").ends_with("old Ada"));
  worker.dispatcher.set_site(site_of("[[route]]\npath = \"/Ada\"\ntext = \"new\"\n"));
  for (int i = 0; i < 3; ++i) CHECK(worker.answer("GET /Ada").ends_with("new"));
  worker.dispatcher.set_site(site_of("[[route]]\npath = \"/other\"\ntext = \"new\"\n"));
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
