#include "net/socket/address.hpp"

#include <doctest/doctest.h>

using sluice::net::Endpoint;

TEST_CASE("addresses to listen on are read and written back") {
  CHECK(Endpoint::parse("127.0.0.1:8080")->address.text() == "127.0.0.1:8080");
  CHECK(Endpoint::parse("[::1]:80")->address.text() == "[::1]:80");
  CHECK(Endpoint::parse(":443")->address.text() == "[::]:443");
  CHECK(Endpoint::parse("*:443")->address.text() == "[::]:443");
  CHECK(Endpoint::parse("localhost:1")->address.text() == "127.0.0.1:1");
  CHECK(Endpoint::parse("unix:/run/x.sock")->unix_path == "/run/x.sock");
  CHECK(Endpoint::parse("unix:/run/x.sock")->has_file());
  CHECK_FALSE(Endpoint::parse("unix:@x")->has_file());
  CHECK(Endpoint::parse("systemd:http")->passed_as == "http");
}

TEST_CASE("an address that is none is refused with the remedy") {
  CHECK(Endpoint::parse("127.0.0.1").error().message.find("\"127.0.0.1:8080\"") != std::string::npos);
  CHECK(Endpoint::parse("::1:80").error().message.find("[::1]:80") != std::string::npos);
  CHECK_FALSE(Endpoint::parse("127.0.0.1:70000"));
  CHECK_FALSE(Endpoint::parse("127.0.0.1:"));
  CHECK_FALSE(Endpoint::parse("example.org:80"));
  CHECK_FALSE(Endpoint::parse("unix:"));
  CHECK_FALSE(Endpoint::parse("unix:@"));
  CHECK_FALSE(Endpoint::parse("systemd:"));
  CHECK_FALSE(Endpoint::parse("systemd:a:b"));
  CHECK_FALSE(Endpoint::parse("unix:/" + std::string(200, 'a')));
}
