#include "site/settings/listeners.hpp"

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

namespace {

/// What is found when the server listens on these addresses.
std::string found_for(const std::string& listen) {
  return test::TestSite("[server]\nlisten = " + listen + "\n[[route]]\npath = \"/\"\ntext = \"x\"\n").findings();
}

}  // namespace

TEST_CASE("a wildcard and an address that it includes cannot both be listened on") {
  for (const char* pair :
       {R"(["0.0.0.0:80", "127.0.0.1:80"])", R"(["127.0.0.1:80", "0.0.0.0:80"])", R"([":80", "127.0.0.1:80"])",
        R"(["[::1]:80", "[::]:80"])", R"([":80", "[::]:80"])", R"(["0.0.0.0:80", "[::]:80", "127.0.0.1:80"])"}) {
    CAPTURE(pair);
    CHECK(found_for(pair).starts_with("duplicate-listener"));
  }
}

TEST_CASE("addresses that share nothing can be listened on side by side") {
  for (const char* pair : {R"(["0.0.0.0:80", "[::]:80"])", R"(["0.0.0.0:80", "[::1]:80"])", R"(["0.0.0.0:80", ":81"])",
                           R"(["127.0.0.1:80", "127.0.0.2:80"])", R"([":0", "127.0.0.1:0"])",
                           R"(["unix:a", "unix:@a", "unix:/a"])", R"(["systemd:a", ":80"])"}) {
    CAPTURE(pair);
    CHECK(found_for(pair) == "");
  }
}

TEST_CASE("the wildcard of IPv6 leaves IPv4 to another listener, whatever that serves") {
  config::Diagnostics diagnostics;
  auto site = site::load_text("t.toml", "[server]\nlisten = [\":80\", \":81\"]\n[health]\nlisten = \"0.0.0.0:80\"\n",
                              diagnostics);
  REQUIRE(site);
  CHECK(site->server.listen[0]->v6_only);
  CHECK_FALSE(site->server.listen[1]->v6_only);
}

TEST_CASE("two echo services cannot have one address of one transport") {
  const char* twice = "[[echo]]\nlisten = \"%://127.0.0.1:7\"\n[[echo]]\nlisten = \"%://127.0.0.1:7\"\n";
  for (const char* scheme : {"tcp", "udp"}) {
    std::string text = twice;
    for (auto at = text.find('%'); at != std::string::npos; at = text.find('%')) text.replace(at, 1, scheme);
    test::TestSite site(text);
    CHECK(site.findings() == "duplicate-listener 4:10-29 this address is listened on already\n");
  }
}
