#include <doctest/doctest.h>

#include <string>

#include "site/site_fixture.hpp"

using namespace sluice;

namespace {

/// The status that 192.0.2.7 gets where [server] and the route have these keys.
http::Status status_with(const std::string& server, const std::string& route) {
  test::TestSite site("[server]\n" + server + "\n[[route]]\npath = \"/\"\n" + route + "\ntext = \"root\"\n");
  auto findings = site.findings();
  CHECK_MESSAGE((findings.empty() || findings.starts_with("empty-list")), findings);
  return site.get("/").status;
}

}  // namespace

TEST_CASE("allow and deny take addresses, blocks, words, lists of these, and false") {
  struct Row {
    const char* keys;
    http::Status status;
  };
  for (const auto& row : {
           Row{"", 200},
           Row{"allow = \"192.0.2.7\"", 200},
           Row{"allow = [\"10.0.0.0/8\", \"192.0.2.0/24\"]", 200},
           Row{"allow = \"192.0.2.8\"", 403},
           Row{"allow = [\"loopback\", \"private\", \"unix\", \"2001:db8::/32\"]", 403},
           Row{"allow = \"::/0\"", 403},
           Row{"allow = []", 403},
           Row{"allow = false", 200},
           Row{"deny = \"192.0.2.0/24\"", 403},
           Row{"deny = [\"unix\", \"192.0.2.8\"]", 200},
           Row{"deny = []", 200},
           Row{"deny = false", 200},
           Row{"allow = \"192.0.2.0/24\"\ndeny = \"192.0.2.7\"", 403},
       }) {
    CAPTURE(row.keys);
    CHECK(status_with("", row.keys) == row.status);
    CHECK(status_with(row.keys, "") == row.status);
  }
}

TEST_CASE("a list of a route goes before that of the server, each key by itself") {
  CHECK(status_with("deny = \"192.0.2.7\"", "deny = false") == 200);
  CHECK(status_with("deny = \"192.0.2.7\"", "deny = []") == 200);
  CHECK(status_with("deny = \"192.0.2.7\"", "allow = \"192.0.2.7\"") == 403);
  CHECK(status_with("allow = \"10.0.0.0/8\"", "allow = false") == 200);
  CHECK(status_with("allow = \"10.0.0.0/8\"", "allow = \"192.0.2.7\"") == 200);
  CHECK(status_with("allow = \"192.0.2.7\"", "allow = \"10.0.0.0/8\"") == 403);
  CHECK(status_with("allow = \"10.0.0.0/8\"", "deny = false") == 403);
}
