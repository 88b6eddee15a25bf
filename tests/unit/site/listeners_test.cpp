#include "site/listeners.hpp"

#include "site/site_fixture.hpp"

using namespace sluice;

namespace {

const char* const sample = R"(
[server]
listen = "127.0.0.1:8080"

[metrics]
listen = "127.0.0.1:9100"

[health]
listen = "localhost:9100"

[status]

[[route]]
path = "/metrics"
text = "mine"
)";

bool serves(const site::Router& router, std::string_view path) {
  Arena arena;
  return router.find("any", http::Method::get, path, arena).kind == site::Routing::Kind::found;
}

}  // namespace

TEST_CASE("sections that name one address share a listener, whichever way they write it") {
  config::Diagnostics diagnostics;
  auto loaded = site::load_text("test.toml", sample, diagnostics);
  REQUIRE(loaded);
  REQUIRE(loaded->own_listeners.size() == 1);
  CHECK(loaded->own_listeners[0].listen->text == "127.0.0.1:9100");
  const auto& own = loaded->router_of("127.0.0.1:9100");
  CHECK(serves(own, "/metrics"));
  CHECK(serves(own, "/livez"));
  CHECK_FALSE(serves(own, "/_status"));
}

TEST_CASE("what has a listener of its own is not on those of the server, and is in nobody's way there") {
  config::Diagnostics diagnostics;
  auto loaded = site::load_text("test.toml", sample, diagnostics);
  REQUIRE(loaded);
  CHECK(serves(loaded->router_of(""), "/metrics"));
  CHECK(serves(loaded->router_of(""), "/_status"));
  CHECK_FALSE(serves(loaded->router_of(""), "/livez"));
  CHECK_FALSE(serves(loaded->router_of("127.0.0.1:1"), "/metrics"));
  CHECK(test::TestSite(sample).get("/metrics").body == "mine");
}

TEST_CASE("an address of the server cannot be a listener of its own") {
  test::TestSite site("[server]\nlisten = \"unix:/run/a\"\n[metrics]\nlisten = \"unix:/run/a\"\n");
  CHECK(site.findings() == "duplicate-listener 4:10-23 this address is listened on already\n");
}
