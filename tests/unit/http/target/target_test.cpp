#include "http/target/target.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice::http;

TEST_CASE("the origin form has a path and perhaps a query") {
  auto target = parse_target(Method::get, "/a%20b?x=1?y");
  REQUIRE(target);
  CHECK(target->form == Target::Form::origin);
  CHECK(target->path == "/a%20b");
  CHECK(target->query == "x=1?y");
  CHECK(target->has_query);
  CHECK_FALSE(parse_target(Method::get, "/a")->has_query);
  CHECK(parse_target(Method::get, "/a?")->has_query);
  CHECK(parse_target(Method::get, "//a//b")->path == "//a//b");
}

TEST_CASE("the absolute form names scheme and authority") {
  auto target = parse_target(Method::get, "HTTP://example.org:81/a/b?c");
  REQUIRE(target);
  CHECK(target->form == Target::Form::absolute);
  CHECK(target->scheme == "HTTP");
  CHECK(target->authority == "example.org:81");
  CHECK(target->parsed_authority.host == "example.org");
  CHECK(target->parsed_authority.port_number == 81);
  CHECK(target->path == "/a/b");
  CHECK(target->query == "c");
  CHECK(parse_target(Method::get, "http://h")->path == "/");
  CHECK(parse_target(Method::get, "https://h?q")->query == "q");
  CHECK(parse_target(Method::options, "http://h")->path == "*");
  CHECK(parse_target(Method::options, "http://h?q")->path == "/");
}

TEST_CASE("authority form goes with CONNECT, asterisk with OPTIONS") {
  CHECK(parse_target(Method::connect, "h:443")->form == Target::Form::authority);
  CHECK_FALSE(parse_target(Method::connect, "h"));
  CHECK_FALSE(parse_target(Method::connect, "/"));
  CHECK_FALSE(parse_target(Method::get, "h:443"));
  CHECK(parse_target(Method::options, "*")->form == Target::Form::asterisk);
  CHECK_FALSE(parse_target(Method::get, "*"));
}

TEST_CASE("targets with octets that belong nowhere are refused") {
  for (auto bad : {"",          "a",           "/a#b",          "/a b",        "/a<b",       "/a>b",     "/a\"b",
                   "/{a}",      "/a`b",        "/a\\b",         "/\xC3\xA4",   "/a?\xC3",    "/a?b#c",   "/a?b c",
                   "/a?\"",     "/a?<",        "/a\x7f",        "/a\x01",      "ftp://h/",   "http:/h/", "http://",
                   "http:///a", "http://u@h/", "http://u:p@h/", "http://h:x/", "http://h h/"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_target(Method::get, bad));
  }
}

TEST_CASE("what browsers leave raw is taken") {
  CHECK(parse_target(Method::get, "/a|b[c]^d"));
  CHECK(parse_target(Method::get, "/?filter={%22a%22:[1,2]}|`^\\"));
}

TEST_CASE("an IPv6 literal holds nothing behind a NUL") {
  using namespace std::string_view_literals;
  CHECK_FALSE(sluice::http::parse_authority("[::1\0@evil]"sv));
  CHECK(sluice::http::parse_authority("[::1]"sv));
}

TEST_CASE("authorities follow RFC 3986") {
  for (auto good : {"h", "example.org", "a_b.c-d", "127.0.0.1", "[::1]", "[2001:db8::1]", "[::ffff:1.2.3.4]",
                    "[v1.a:b]", "a%20b", "xn--1"}) {
    CAPTURE(good);
    CHECK(parse_authority(good)->host == good);
    CHECK(parse_authority(std::string(good) + ":8080")->port_number == 8080);
    CHECK(parse_authority(std::string(good) + ":")->port.empty());
  }
  for (auto bad :
       {"",    ":80",  "a:b",      "a:1:2", "a:65536", "a:-1",   "a:+1",  "a: 1", "a b",       "a/b",
        "a?b", "a@b",  "u:p@h",    "[::1",  "::1",     "[::1]x", "[::g]", "[]",   "[1.2.3.4]", "[fe80::1%25eth0]",
        "a%2", "a%zz", "\xC3\xA4", "a\\b",  "a\"b",    "<a>",    "[v.a]", "[v1.]"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_authority(bad));
  }
}
