#include "files/lookup/path.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::files;

namespace {
std::string relative(std::string_view raw, bool hidden = false) {
  Arena arena;
  auto path = to_file_path(http::split_path(raw, arena), hidden);
  if (!path) return "(none)";
  return path->relative + (path->directory ? "/" : "");
}
}  // namespace

TEST_CASE("a request path names a file or a directory") {
  CHECK(relative("/a.html") == "a.html");
  CHECK(relative("/a/b%20c.html") == "a/b c.html");
  CHECK(relative("/a/") == "a/");
  CHECK(relative("/caf%E9/x") == "caf\xE9/x");  // names of files need not be UTF-8
  CHECK(relative("/") == "/");
}

TEST_CASE("paths that could lead elsewhere name nothing") {
  for (auto bad : {"/..", "/../a", "/a/..", "/a/../b", "/./a", "/%2e%2e/a", "/a/%2E%2e", "/..%2fa", "/a%2Fb", "/a%00",
                   "//a", "/a//b", "/a//", "//", "/%zz"}) {
    CAPTURE(bad);
    CHECK(relative(bad) == "(none)");
  }
  CHECK(relative("/%252e%252e/a") == "%2e%2e/a");  // decoded once: an ordinary name
  CHECK(relative("/..a/b..") == "(none)");         // begins with a dot
  CHECK(relative("/a..b/...", true) == "a..b/...");
}

TEST_CASE("why a path names no file is told") {
  auto why = [](std::string_view raw) {
    Arena arena;
    return why_no_file(http::split_path(raw, arena));
  };
  CHECK(why("/a%2Fb") == "no name of a file holds a slash, written `%2F`");
  CHECK(why("/a%00") == "no name of a file holds a NUL, written `%00`");
  CHECK(why("/a/../b") == "`.` and `..` are not followed");
  CHECK(why("/a/.git/b").starts_with("`.git` begins with a dot"));
}

TEST_CASE("dot files are hidden, except .well-known") {
  for (auto hidden : {"/.git/config", "/a/.env", "/.htaccess", "/.well-known2"}) {
    CHECK(relative(hidden) == "(none)");
    CHECK(relative(hidden, true) != "(none)");
  }
  CHECK(relative("/.well-known/security.txt") == ".well-known/security.txt");
  CHECK(relative("/.well-known/.secret") == "(none)");
}
