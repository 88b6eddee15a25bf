#include <doctest/doctest.h>

#include "site/site_fixture.hpp"

namespace {

using namespace sluice;
using test::TestSite;

/// Where a request for `target` is sent by a route with this path and redirect.
std::string location(const std::string& path, const std::string& redirect, const std::string& target) {
  TestSite site("[[route]]\npath = \"" + path + "\"\nredirect = \"" + redirect + "\"\n");
  CHECK(site.findings() == "");
  auto got = site.get(target);
  CHECK(got.status == 308);
  CHECK(got.body.empty());
  return got.field("location");
}

std::string findings(const std::string& redirect) {
  return TestSite("[[route]]\npath = \"/{a}/{rest...}\"\nredirect = \"" + redirect + "\"\n").findings();
}

TEST_CASE("a redirect keeps the query unless its target has one") {
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/a/b?x=1&y=%20") == "/new/a/b?x=1&y=%20");
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/") == "/new/");
  CHECK(location("/old", "/new?a=1", "/old?x=1") == "/new?a=1");
  CHECK(location("/old", "/new#part", "/old?x=1") == "/new?x=1#part");
  CHECK(location("/old", "/new", "/old?") == "/new");
}

TEST_CASE("parameters stand in the target as the client wrote them") {
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/a%2Fb/c%20d+e") == "/new/a%2Fb/c%20d+e");
  CHECK(location("/old/{x}", "/new/{x}", "/old/\u00fc") == "/new/%C3%BC");
  CHECK(location("/old/{x}", "/find?q={query.y}", "/old/a?y=a%26b%20c") == "/find?q=a%26b%20c");
}

TEST_CASE("what may not stand in a URI is percent-encoded, and what is encoded stays so") {
  CHECK(location("/old", "/\u017c\u00f3\u0142\u0107", "/old") == "/%C5%BC%C3%B3%C5%82%C4%87");
  CHECK(location("/old", "/a b?q=\u00fc|c#\u00fc", "/old") == "/a%20b?q=%C3%BC%7Cc#%C3%BC");
  CHECK(location("/old", "/100%25/%C3%BC/~x;y=1,2@z", "/old") == "/100%25/%C3%BC/~x;y=1,2@z");
  CHECK(location("/old/{x}", "/\u00fc/{x}/{{a}}", "/old/%C3%BC%20") == "/%C3%BC/%C3%BC%20/%7Ba%7D");
  CHECK(location("/old", "https://example.org/\u00fc", "/old") == "https://example.org/%C3%BC");
  CHECK(findings("https://m\u00fcller.example/x").starts_with("bad-redirect 3:21-"));
  CHECK(findings("//m\u00fcller.example").starts_with("bad-redirect 3:15-"));
}

TEST_CASE("a redirect never leads to another host through a value") {
  CHECK(location("/{rest...}", "/{rest}", "//evil.example/x") == "/evil.example/x");
  CHECK(location("/{rest...}", "/{rest}", "/%2F%2Fevil.example") == "/%2F%2Fevil.example");
  CHECK(location("/{rest...}", "/{rest}", "/%0d%0aX:1") == "/%0d%0aX:1");
  CHECK(location("/a", "/{query.to}", "/a?to=/evil.example").starts_with("/evil.example"));
  CHECK(findings("{rest}").starts_with("bad-redirect 3:13-19 "));
  CHECK(findings("https://{a}/").starts_with("bad-redirect 3:21-24 "));
  CHECK(findings("https://example.org{rest}").starts_with("bad-redirect 3:32-38 "));
  CHECK(findings("new").starts_with("bad-redirect 3:13-16 "));
  CHECK(findings("https://example.org/{rest}").empty());
  CHECK(findings("https://{host}{path}").empty());
}

TEST_CASE("a redirect to another scheme keeps host and path") {
  CHECK(location("/{rest...}", "https://{host}{path}", "/a%20b?x=1") == "https://localhost/a%20b?x=1");
}

TEST_CASE("a redirect has a status of redirects") {
  TestSite site("[[route]]\npath = \"/\"\nredirect = \"/x\"\nstatus = 302\n");
  CHECK(site.get("/").status == 302);
  CHECK(TestSite("[[route]]\npath = \"/\"\nredirect = \"/x\"\nstatus = 200\n")
            .findings()
            .starts_with("bad-redirect 4:10-13 "));
}

}  // namespace
