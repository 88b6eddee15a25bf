#include <doctest/doctest.h>

#include "site/site_fixture.hpp"

namespace {

using namespace sluice;
using test::TestSite;

TestSite one_route(const std::string& lines) { return TestSite("[[route]]\npath = \"/\"\n" + lines + "\n"); }

std::string findings(const std::string& lines) { return one_route(lines).findings(); }

TEST_CASE("each kind of body has its media type") {
  CHECK(one_route("text = \"a\"").get("/").field("content-type") == "text/plain; charset=utf-8");
  CHECK(one_route("html = \"a\"").get("/").field("content-type") == "text/html; charset=utf-8");
  CHECK(one_route("json = 1").get("/").field("content-type") == "application/json");
  CHECK(one_route("text = \"a\"\ncontent_type = \"text/css\"").get("/").field("content-type") == "text/css");
  CHECK(one_route("text = \"a\"\nheaders.content-type = \"a/b\"").get("/").field("Content-Type") == "a/b");
}

TEST_CASE("values in HTML are escaped and those in text are not") {
  CHECK(one_route("html = \"<b>{query.x}</b>\"").get("/?x=<i>").body == "<b>&lt;i&gt;</b>");
  CHECK(one_route("text = \"<b>{query.x}</b>\"").get("/?x=<i>").body == "<b><i></b>");
}

TEST_CASE("a constant body has the SHA-1 of its octets as entity tag") {
  auto site = one_route("html = \"Hello, Tornado!\"");
  CHECK(site.get("/").field("etag") == "\"0cf87380fe490b574944a0fc6381f37420b91a6e\"");
}

TEST_CASE("a client that has the body gets a 304 without content") {
  auto site = one_route("html = \"Hello, Tornado!\"\nheaders.Cache-Control = \"no-cache\"");
  auto ask = [&](std::string_view name, std::string_view value, http::Method method = http::Method::get) {
    return site.serve({.method = method, .fields = {{"Accept", "*/*"}, {name, value}}, .body = {}});
  };
  auto got = ask("If-None-Match", "\"a\", W/\"0cf87380fe490b574944a0fc6381f37420b91a6e\"");
  CHECK(got.status == 304);
  CHECK(got.body.empty());
  CHECK(got.field("etag") == "\"0cf87380fe490b574944a0fc6381f37420b91a6e\"");
  CHECK(got.field("cache-control") == "no-cache");
  CHECK(got.field("content-type").empty());
  CHECK(ask("if-none-match", "*", http::Method::head).status == 304);
  CHECK(ask("If-None-Match", "\"zzz\"").body == "Hello, Tornado!");
  CHECK(ask("If-Match", "\"zzz\"").status == 412);
}

TEST_CASE("a rendered body has an entity tag only where the config asks for it") {
  CHECK(one_route("text = \"{query.x}\"").get("/?x=1").field("etag").empty());
  CHECK(one_route("text = \"a\"\netag = false").get("/").field("etag").empty());
  auto site = one_route("text = \"{query.x}\"\netag = true");
  auto etag = site.get("/?x=1").field("etag");
  CHECK(etag.size() == 42);
  CHECK(etag != site.get("/?x=2").field("etag"));
  CHECK(site.serve({.target = "/?x=1", .fields = {{"If-None-Match", etag}}, .body = {}}).status == 304);
}

TEST_CASE("an error or a created thing has no entity tag") {
  auto got = one_route("text = \"gone\"\nstatus = 410").get("/");
  CHECK(got.status == 410);
  CHECK(got.body == "gone");
  CHECK(got.field("etag").empty());
}

TEST_CASE("a header value never brings a line end out") {
  auto site = one_route("text = \"a\"\nheaders.X-Name = \"v {query.x}\"");
  CHECK(site.get("/?x=a%0d%0aSet-Cookie:%20b").field("X-Name") == "v a  Set-Cookie: b");
}

TEST_CASE("a status alone has no body") {
  auto got = one_route("status = 204\nheaders.X-A = \"1\"").get("/");
  CHECK(got.status == 204);
  CHECK(got.body.empty());
  CHECK(got.field("x-a") == "1");
}

TEST_CASE("a body beside a status that has none, and a media type that is none, are reported") {
  CHECK(findings("text = \"a\"\nstatus = 204").starts_with("status-without-body 4:10-13 "));
  CHECK(findings("json = 1\nstatus = 304").starts_with("status-without-body 4:10-13 "));
  CHECK(findings("text = \"a\"\ncontent_type = \"css\"").starts_with("bad-media-type 4:16-21 "));
}

TEST_CASE("a POST route can echo the body") {
  auto site = one_route("method = \"POST\"\ntext = \"{body}\"");
  std::string body("a\0\xFF", 3);
  CHECK(site.serve({.method = http::Method::post, .fields = {}, .body = body}).body == body);
}

}  // namespace
