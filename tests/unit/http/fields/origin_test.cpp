#include "http/fields/origin.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using http::OriginPolicy;

namespace {

bool allowed(std::string_view origin, const OriginPolicy& policy) { return policy.allows(origin, "example.com"); }

http::Status judged(std::vector<http::FieldLine> fields, const OriginPolicy& policy = {}) {
  http::Request request;
  request.authority = "example.com";
  request.fields = fields;
  return policy.judge(request);
}

}  // namespace

TEST_CASE("a list of origins allows those and no others") {
  OriginPolicy policy{false, false, {"https://app.example", "https://*.example.com", "http://localhost:3000"}};
  CHECK(allowed("https://app.example", policy));
  CHECK(allowed("https://app.example:443", policy));
  CHECK(!allowed("http://app.example", policy));
  CHECK(allowed("https://a.example.com", policy));
  CHECK(allowed("https://A.b.Example.com", policy));
  CHECK(!allowed("https://example.com", policy));
  CHECK(!allowed("https://evilexample.com", policy));
  CHECK(allowed("http://localhost:3000", policy));
  CHECK(!allowed("http://localhost:3001", policy));
  CHECK(allowed("http://anything.at.all", {true, false, {}}));
  CHECK(allowed("null", {true, false, {}}));
}

TEST_CASE("a page of another scheme is of no host that is served here") {
  OriginPolicy same{false, true, {}};
  CHECK(allowed("https://example.com", same));
  CHECK(!allowed("x-evil://example.com", same));
}

TEST_CASE("what ends like an allowed host is not one of its hosts") {
  OriginPolicy policy{false, false, {"https://*.example.com"}};
  for (auto origin :
       {"https://evil.com/.example.com", "https://evil.com?.example.com", "https://evil.com#.example.com",
        "https://evil.com:80/.example.com", "https://evil.com\\.example.com", "https://user@a.example.com",
        "https://[::1].example.com", "https://evil.com, https://a.example.com", "https://.example.com:x",
        "https://a.example.com/", "https://a.example.com:443:443", "https:// .example.com"}) {
    CAPTURE(origin);
    CHECK(!allowed(origin, policy));
  }
}

TEST_CASE("an origin is a scheme, a host and perhaps a port") {
  for (auto good : {"https://example.com", "http://localhost:3000", "http://[::1]:80", "chrome-extension://abcdef",
                    "http://127.0.0.1", "http://a_b.example"})
    CHECK(http::parse_origin(good));
  for (auto bad : {"", "null", "example.com", "https://", "https://a/b", "https://a:b", "://a", "https://a:123456",
                   "1http://a", "https://[]", "https://[x]", "https://a b", "https://a%2eb", "https://*.example.com"})
    CHECK(!http::parse_origin(bad));
  CHECK(http::parse_origin("https://example.com:443")->port.empty());
  CHECK(http::parse_origin("https://example.com:80")->port == "80");
}

TEST_CASE("an origin pattern is an origin, perhaps with a star for the first names of the host") {
  for (auto good : {"https://example.com", "https://*.example.com", "http://localhost:3000", "http://[::1]:80"})
    CHECK(http::is_origin_pattern(good));
  for (auto bad : {"", "example.com", "https://", "https://a/b", "https://*", "https://a.*.b", "https://a:b", "://a",
                   "https://*.example.com/", "https://*.*.example.com"})
    CHECK(!http::is_origin_pattern(bad));
}

TEST_CASE("a request is judged by its origin, and without one by what the browser says of the page") {
  CHECK(judged({}) == 0);
  CHECK(judged({{"Origin", "http://example.com"}}) == 0);
  CHECK(judged({{"Origin", "http://evil.example"}}) == 403);
  CHECK(judged({{"Origin", "null"}}) == 403);
  CHECK(judged({{"Origin", "http://example.com"}, {"origin", "http://example.com"}}) == 400);
  for (auto site : {"same-origin", "none"}) CHECK(judged({{"Sec-Fetch-Site", site}}) == 0);
  for (auto site : {"cross-site", "same-site"}) CHECK(judged({{"Sec-Fetch-Site", site}}) == 403);
  CHECK(judged({{"Sec-Fetch-Site", "cross-site"}}, {true, false, {}}) == 0);
  CHECK(judged({{"Origin", "http://example.com"}, {"Sec-Fetch-Site", "same-site"}}) == 0);
}
