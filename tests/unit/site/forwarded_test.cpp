#include "site/forwarded.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "site/site_fixture.hpp"

using namespace sluice;

namespace {

/// Loopback and private addresses are proxies.
const net::Networks trusted = net::networks_by_name("private");

struct Request {
  std::vector<http::FieldLine> fields;
  std::string peer = "127.0.0.1";
};

/// "CLIENT SCHEME HOST" as they are taken; "contradiction" where nothing is.
std::string taken(const Request& asked) {
  test::TestExchange exchange;
  exchange.connect_from(*net::Address::parse_ip(asked.peer));
  exchange.request.scheme = "http";
  exchange.request.host = exchange.request.authority = "asked";
  exchange.request.fields = asked.fields;
  if (!site::take_forwarded(exchange, trusted)) return "contradiction";
  CHECK(exchange.request.authority.starts_with(exchange.request.host));
  return exchange.client().host() + " " + std::string(exchange.request.scheme) + " " +
         std::string(exchange.request.authority);
}

std::string forwarded(std::string_view value) { return taken({.fields = {{"Forwarded", value}}}); }
std::string x_forwarded(std::string_view value) { return taken({.fields = {{"X-Forwarded-For", value}}}); }

}  // namespace

TEST_CASE("Forwarded says who the client is, how it came and what it asked for") {
  struct Row {
    const char *value, *expected;
  };
  for (const auto& row : {
           Row{"for=192.0.2.7", "192.0.2.7 http asked"},
           Row{"for=192.0.2.7;proto=https;host=www.example.org", "192.0.2.7 https www.example.org"},
           Row{"FOR=192.0.2.7 ; Proto=HTTPS ; Host=\"www.example.org:8443\"", "192.0.2.7 https www.example.org:8443"},
           Row{"for=\"192.0.2.7:4711\"", "192.0.2.7 http asked"},
           Row{"for=\"[2001:db8::7]\"", "2001:db8::7 http asked"},
           Row{"for=\"[2001:db8::7]:4711\"", "2001:db8::7 http asked"},
           Row{"for=\"[2001:db8::7]:_port\"", "2001:db8::7 http asked"},
           Row{"for=192.0.2.7;by=10.0.0.1;proto=ftp", "192.0.2.7 http asked"},
           Row{"for=192.0.2.7;host=\"a b\"", "192.0.2.7 http asked"},
           Row{"for=192.0.2.7;host=\"\"", "192.0.2.7 http asked"},
           Row{"for=unknown;proto=https", "127.0.0.1 https asked"},
           Row{"for=_hidden", "127.0.0.1 http asked"},
           Row{"proto=https", "127.0.0.1 https asked"},
           Row{"", "127.0.0.1 http asked"},
           Row{" , ,", "127.0.0.1 http asked"},
           Row{"for", "127.0.0.1 http asked"},
           Row{"for=192.0.2.7,", "192.0.2.7 http asked"},
       })
    CHECK_MESSAGE(forwarded(row.value) == row.expected, row.value);
}

TEST_CASE("the list is read from its end, up to the first that is not trusted") {
  CHECK(forwarded("for=192.0.2.66;proto=https, for=192.0.2.7;proto=http, for=10.0.0.2") == "192.0.2.7 http asked");
  CHECK(forwarded("for=192.0.2.66, for=192.0.2.7") == "192.0.2.7 http asked");
  CHECK(forwarded("for=192.0.2.7, for=unknown, for=10.0.0.2") == "10.0.0.2 http asked");
  CHECK(forwarded("for=10.0.0.9, for=10.0.0.2") == "10.0.0.9 http asked");
  CHECK(x_forwarded("10.0.0.1, 192.0.2.7") == "192.0.2.7 http asked");
  CHECK(x_forwarded("192.0.2.66, 192.0.2.7, 10.0.0.2, 172.16.0.3") == "192.0.2.7 http asked");
  CHECK(x_forwarded("192.0.2.7,unknown,10.0.0.2") == "10.0.0.2 http asked");
}

TEST_CASE("addresses of X-Forwarded-For may have ports and brackets") {
  CHECK(x_forwarded("192.0.2.7:4711") == "192.0.2.7 http asked");
  CHECK(x_forwarded("192.0.2.7:99999") == "192.0.2.7 http asked");
  CHECK(x_forwarded("2001:db8::7") == "2001:db8::7 http asked");
  CHECK(x_forwarded("[2001:db8::7]") == "2001:db8::7 http asked");
  CHECK(x_forwarded("[2001:db8::7]:4711") == "2001:db8::7 http asked");
  CHECK(x_forwarded("::ffff:10.0.0.2") == "10.0.0.2 http asked");
  CHECK(x_forwarded("192.0.2.66, ::ffff:10.0.0.2") == "192.0.2.66 http asked");
  for (auto wrong : {"[2001:db8::7", "[2001:db8::7]x", "192.0.2.7 192.0.2.8", "a:b", ":", "[]", "\"192.0.2.7\""})
    CHECK_MESSAGE(x_forwarded(wrong) == "127.0.0.1 http asked", wrong);
}

TEST_CASE("nothing that a client writes hides what a proxy appends") {
  CHECK(x_forwarded("\", 192.0.2.7") == "192.0.2.7 http asked");
  CHECK(x_forwarded("\"\\, 192.0.2.7") == "192.0.2.7 http asked");
  CHECK(forwarded("for=\", for=192.0.2.7") == "192.0.2.7 http asked");
  CHECK(forwarded("for=\"x, for=\"[2001:db8::7]\"") == "2001:db8::7 http asked");
  CHECK(forwarded("for=x\\, for=\"192.0.2.7:1\"") == "192.0.2.7 http asked");
  CHECK(forwarded("for=\"x\\\", for=192.0.2.7") == "192.0.2.7 http asked");
  CHECK(forwarded("for=192.0.2.7;host=\"x;for=127.0.0.1\"") == "192.0.2.7 http x;for=127.0.0.1");
  CHECK(forwarded("for=192.0.2.7;host=\"x, for=127.0.0.1\"") == "192.0.2.7 http asked");
  CHECK(forwarded("for=192.0.2.7;host=\"x\\\", for=127.0.0.1\"") == "192.0.2.7 http asked");
  CHECK(taken({.fields = {{"Forwarded", "for=\""}, {"Forwarded", "for=192.0.2.7"}}}) == "192.0.2.7 http asked");
}

TEST_CASE("several lines are one list") {
  CHECK(taken({.fields = {{"X-Forwarded-For", "192.0.2.7"}, {"Accept", "*/*"}, {"x-forwarded-for", "10.0.0.2"}}}) ==
        "192.0.2.7 http asked");
  CHECK(taken({.fields = {{"Forwarded", ""},
                          {"Forwarded", "for=192.0.2.66"},
                          {"Forwarded", "for=192.0.2.7;proto=https"}}}) == "192.0.2.7 https asked");
}

TEST_CASE("scheme and host are those of the hop that the client is known from") {
  auto ask = [](std::string_view clients, std::string_view schemes, std::string_view hosts) {
    return taken(
        {.fields = {{"X-Forwarded-For", clients}, {"X-Forwarded-Proto", schemes}, {"X-Forwarded-Host", hosts}}});
  };
  CHECK(ask("192.0.2.7, 10.0.0.2", "https", "www.example.org") == "192.0.2.7 https www.example.org");
  CHECK(ask("192.0.2.7, 10.0.0.2", "https, http", "www.example.org, inner") == "192.0.2.7 https www.example.org");
  CHECK(ask("192.0.2.66, 192.0.2.7", "https, http", "evil, inner") == "192.0.2.7 http inner");
  CHECK(ask("10.0.0.2", "https, http", "evil, inner") == "10.0.0.2 http inner");
  CHECK(taken({.fields = {{"X-Forwarded-Proto", "https"}}}) == "127.0.0.1 https asked");
  CHECK(taken({.fields = {{"X-Forwarded-Host", "evil, www.example.org:81"}}}) == "127.0.0.1 http www.example.org:81");
}

TEST_CASE("nobody but a proxy is believed") {
  Request request{.fields = {{"Forwarded", "for=192.0.2.7;proto=https;host=evil"}, {"X-Forwarded-For", "192.0.2.8"}},
                  .peer = "192.0.2.66"};
  CHECK(taken(request) == "192.0.2.66 http asked");
}

TEST_CASE("fields that name different clients are refused, because one of them is the client's own") {
  auto ask = [](std::string_view one, std::string_view other) {
    return taken({.fields = {{"Forwarded", one}, {"X-Forwarded-For", other}}});
  };
  CHECK(ask("for=10.0.0.1", "192.0.2.7") == "contradiction");
  CHECK(ask("for=192.0.2.7", "10.0.0.1") == "contradiction");
  CHECK(ask("for=unknown", "192.0.2.7") == "contradiction");
  CHECK(ask("for=\"192.0.2.7:1\";proto=https", "192.0.2.66, 192.0.2.7:2") == "192.0.2.7 https asked");
}

TEST_CASE("so many proxies are asked and no more") {
  std::string all = "192.0.2.7";
  for (int i = 0; i < 63; ++i) all += ",10.0.0.1";
  CHECK(x_forwarded(all) == "192.0.2.7 http asked");
  for (int i = 0; i < 3000; ++i) all += ",10.0.0.1";
  CHECK(x_forwarded(all) == "10.0.0.1 http asked");
  CHECK(x_forwarded(std::string(16384, ',')) == "127.0.0.1 http asked");
  CHECK(forwarded(std::string(16384, '"')) == "127.0.0.1 http asked");
  CHECK(forwarded(std::string(16384, '\\') + '"') == "127.0.0.1 http asked");
}
