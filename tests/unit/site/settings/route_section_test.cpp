#include <doctest/doctest.h>

#include <algorithm>

#include "config/toml/document.hpp"
#include "site/site_fixture.hpp"

namespace {

using namespace sluice;
using test::TestSite;

std::string findings(const std::string& toml) { return TestSite(toml).findings(); }

/// The findings about one [[route]] with these lines; its first line is line 2.
std::string route_findings(const std::string& lines) { return findings("[[route]]\n" + lines + "\n"); }

TEST_CASE("several paths share a route, and a default stands in where a path lacks the parameter") {
  TestSite site(R"(
[[route]]
path = ["/", "/{name}"]
params.name = { default = "Anonymous" }
text = "Hello, {name}!"
)");
  CHECK(site.findings().empty());
  CHECK(site.get("/").body == "Hello, Anonymous!");
  CHECK(site.get("/Alice").body == "Hello, Alice!");
  CHECK(site.get("/?name=x").body == "Hello, Anonymous!");
  CHECK(site.get("/a%20b").body == "Hello, a b!");
}

TEST_CASE("typed parameters keep their type in JSON, and faults are told as FastAPI does") {
  TestSite site(R"(
[[route]]
path = "/items/{item_id}"
params.item_id = "int"
query.q = "string?"
json = { item_id = "{item_id}", q = "{q}" }

[[route]]
path = "/page"
query = { skip = { default = 0 }, limit = { type = "int", default = 10 }, f = { type = "float", default = 1 } }
json = { skip = "{skip}", limit = "{limit}", f = "{f}" }

[[route]]
path = "/need"
query.a = "int"
query.b = "bool"
text = "{a} {b}"
)");
  CHECK(site.findings().empty());
  CHECK(site.get("/items/5").body == R"({"item_id":5,"q":null})");
  CHECK(site.get("/items/007?q=").body == R"({"item_id":7,"q":""})");
  CHECK(site.get("/items/5?q=a&q=b%20c").body == R"({"item_id":5,"q":"b c"})");
  auto fault = site.get("/items/abc");
  CHECK(fault.status == 422);
  CHECK(fault.body ==
        R"({"detail":[{"loc":["path","item_id"],"msg":"value is not a valid integer","type":"type_error.integer"}]})");
  CHECK(site.get("/page").body == R"({"skip":0,"limit":10,"f":1.0})");
  CHECK(site.get("/page?f=2e3&limit=-1").body == R"({"skip":0,"limit":-1,"f":2000.0})");
  CHECK(site.get("/need?b=2").body ==
        R"({"detail":[{"loc":["query","a"],"msg":"field required","type":"value_error.missing"},)"
        R"({"loc":["query","b"],"msg":"value could not be parsed to a boolean","type":"type_error.bool"}]})");
  CHECK(site.get("/need?a=1&b=yes").body == "1 true");
}

TEST_CASE("the wrong method is told before a wrong parameter") {
  TestSite site("[[route]]\npath = \"/{id}\"\nparams.id = \"int\"\ntext = \"x\"\n");
  CHECK(site.serve({.target = "/abc", .method = http::Method::post, .fields = {}, .body = {}}).status == 405);
}

TEST_CASE("built-in placeholders give what the request has") {
  TestSite site(R"(
[[route]]
path = "/a b/{x}"
method = ["GET", "POST"]
text = "{method} {path} {host} {remote.ip} {request.id} [{query.y}] [{header.X-A}] [{cookie.c}] [{body}]"
)");
  CHECK(site.findings().empty());
  auto got = site.serve({.target = "/a%20b/%C3%BC?y=1&y=2",
                         .method = http::Method::post,
                         .fields = {{"x-a", "v"}, {"Cookie", "b=1; c=2"}},
                         .body = "raw",
                         .host = "h.example"});
  auto id = got.body.find("192.0.2.7 ") + 10;
  got.body.replace(id, 16, "ID");
  CHECK(got.body == "POST /a b/ü h.example 192.0.2.7 ID [1] [v] [2] [raw]");
  CHECK(site.get("/a%20b/x").body.ends_with("[] [] [] []"));
}

TEST_CASE("the host of the route, or of its file, limits it") {
  TestSite site(
      "[[route]]\npath = \"/\"\nhost = \"A.example\"\ntext = \"a\"\n[[route]]\npath = \"/\"\ntext = "
      "\"any\"\n");
  CHECK(site.serve({.fields = {}, .body = {}, .host = "a.example"}).body == "a");
  CHECK(site.get("/").body == "any");
}

TEST_CASE("a bad host that a file sets for all its routes is told once") {
  auto all = findings(
      "host = \"http://a\"\n[[route]]\npath = \"/a\"\ntext = \"a\"\n[[route]]\npath = \"/b\"\ntext = "
      "\"b\"\n");
  CHECK(all.starts_with("bad-host 1:8-18 "));
  CHECK(all.find("bad-host", 5) == std::string::npos);
}

TEST_CASE("a route needs exactly one action, or a status alone") {
  CHECK(route_findings("path = \"/\"").starts_with("missing-action 1:1-10 "));
  CHECK(route_findings("path = \"/\"\ntext = \"a\"\nhtml = \"b\"").starts_with("exclusive-keys 4:1-5 "));
  CHECK(route_findings("path = \"/\"\nstatus = 204").empty());
}

TEST_CASE("declarations that do not fit the path are reported") {
  CHECK(route_findings("path = \"/{id}\"\nparams.ib = \"int\"\ntext = \"\"").starts_with("unknown-parameter 3:8-10 "));
  CHECK(route_findings("path = [\"/\", \"/{name}\"]\ntext = \"{name}\"").starts_with("missing-parameter 2:9-12 "));
  CHECK(route_findings("path = [\"/\", \"/{name}\"]\nparams.name = \"string?\"\ntext = \"{name}\"").empty());
  CHECK(route_findings("path = \"/{id}\"\nparams.id = \"integer\"\ntext = \"\"").find(" 3:13-22 ") !=
        std::string::npos);
  CHECK(route_findings("path = \"/\"\nquery.n = { type = \"int\", default = \"1\" }\ntext = \"\"")
            .starts_with("wrong-type 3:37-40 "));
}

TEST_CASE("a declaration that cannot be read is told once, not again wherever the parameter is used") {
  auto one = [](const std::string& lines) {
    auto all = route_findings(lines);
    CAPTURE(all);
    CHECK(std::ranges::count(all, '\n') == 1);
    return all;
  };
  one("path = [\"/\", \"/{id}\"]\nparams.id = { type = \"int\", defualt = 1 }\ntext = \"{id}\"");
  one("path = [\"/\", \"/{name}\"]\nparams.nmae = { default = \"x\" }\ntext = \"{name}\"");
  one("path = \"/\"\nquery.q = \"strng\"\ntext = \"{q}\"");
  CHECK(one("path = []\ntext = \"\"").starts_with("empty-value 2:8-10 "));
  CHECK(one("path = \"/\"\nmethod = []\ntext = \"\"").starts_with("empty-value 3:10-12 "));
  CHECK(one("path = \"/{q}\"\nquery.q = \"int\"\ntext = \"\"").starts_with("duplicate-parameter 3:7-8 "));
}

TEST_CASE("everything that is wrong with a file is found in one run") {
  auto all = findings(
      "[[route]]\npath = \"x\"\ntext = \"{nmae}\"\nstatus = \"200\"\n"
      "[[route]]\npath = \"/{a}\"\ntext = \"a\"\n[[route]]\npath = \"/{b}\"\ntext = \"b\"\ntiemout = 1\n"
      "[[route]]\npath = \"/c\"\nmethod = \"FETCH\"\nhost = \"http://a\"\ntext = \"c\"\n");
  for (std::string_view line : {"bad-path 2:", "unknown-placeholder 3:", " 4:10", "duplicate-route 9:8-14 ",
                                "unknown-key 11:1", " 14:10", "bad-host 15:8"}) {
    CAPTURE(all);
    CHECK(all.find(line) != std::string::npos);
  }
}

TEST_CASE("a table, and a file, may be for several hosts") {
  test::TestSite site(
      "host = [\"a.example\", \"*.b.example\"]\n[[route]]\npath = \"/\"\ntext = \"file\"\n"
      "[[route]]\npath = \"/\"\nhost = [\"c.example\", \"d.example\"]\ntext = \"table\"\n");
  CHECK(site.findings() == "");
  auto of = [&](const char* host) { return site.serve({.fields = {}, .body = {}, .host = host}).body; };
  CHECK(of("a.example") == "file");
  CHECK(of("x.b.example") == "file");
  CHECK(of("C.example") == "table");
  CHECK(of("d.example") == "table");
  CHECK(site.serve({.fields = {}, .body = {}, .host = "e.example"}).status == 404);
}

TEST_CASE("headers come from server and route, and false removes one") {
  config::Diagnostics diagnostics;
  config::Reading reading{.diagnostics = diagnostics};
  site::Builder builder(reading);
  auto document = config::load_text("t.toml",
                                    "[[route]]\nheaders = { X-A = \"1\", X-B = \"2\" }\n"
                                    "[[route]]\nheaders = { x-a = false, X-D = \"4\" }\n",
                                    diagnostics);
  const auto& tables = *document.find("route");
  builder.set_headers(*tables[0].table.find("headers"));
  auto merged = builder.merged_headers(tables[1].table.find("headers"));
  std::string all;
  for (const auto& header : merged) all += header.name + "=" + header.value.value + " ";
  CHECK(all == "X-B=2 X-D=4 ");
  CHECK(builder.merged_headers(nullptr).size() == 2);
  CHECK_FALSE(diagnostics.failed());
}

TEST_CASE("headers that the protocol writes, and values of several lines, are refused") {
  CHECK(route_findings("path = \"/\"\ntext = \"\"\nheaders.Content-Length = \"1\"")
            .starts_with("reserved-header 4:9-23 "));
  CHECK(route_findings("path = \"/\"\ntext = \"\"\nheaders.\"X Y\" = \"1\"").starts_with("bad-header 4:9-14 "));
  CHECK(route_findings("path = \"/\"\ntext = \"\"\nheaders.X = \"a\\nb\"").starts_with("bad-header 4:13-19 "));
  CHECK(route_findings("path = \"/\"\ntext = \"\"\nheaders.X = true").starts_with("bad-header 4:13-17 "));
}

}  // namespace
