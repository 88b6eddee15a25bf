#include "http/target/path.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::http;
using namespace std::string_view_literals;

namespace {
using Texts = std::vector<std::string>;
Texts segments(std::string_view raw) {
  Arena arena;
  auto path = split_path(raw, arena);
  CHECK(path.fault == PathFault::none);
  return {path.segments.begin(), path.segments.end()};
}
SplitPath faulty(std::string_view raw) {
  Arena arena;
  auto path = split_path(raw, arena);
  path.segments = {};
  return path;
}
}  // namespace

TEST_CASE("segments are what stands between slashes") {
  CHECK(segments("/") == Texts{""});
  CHECK(segments("/a") == Texts{"a"});
  CHECK(segments("/a/") == Texts{"a", ""});
  CHECK(segments("//a") == Texts{"", "a"});
  CHECK(segments("/a/../b/.") == Texts{"a", "..", "b", "."});
}

TEST_CASE("each segment is decoded once, on its own") {
  CHECK(segments("/a%20b/%C3%A4") == Texts{"a b", "\xC3\xA4"});
  CHECK(segments("/a%2Fb/c") == Texts{"a/b", "c"});
  CHECK(segments("/%252e%252E") == Texts{"%2e%2E"});
  CHECK(segments("/%2e%2e/x") == Texts{"..", "x"});
  CHECK(faulty("/a%2fb").has_slash);
  CHECK_FALSE(faulty("/a/b").has_slash);
}

TEST_CASE("dot segments are resolved as RFC 3986 says, and never lead above the root") {
  Arena arena;
  auto resolved = [&](std::string_view raw) { return without_dot_segments(raw, arena); };
  CHECK(resolved("/a/b/c/./../../g") == "/a/g");  // RFC 3986 §5.2.4
  for (auto [raw, path] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"/./a", "/a"},
                                                                            {"/a/.", "/a/"},
                                                                            {"/.", "/"},
                                                                            {"/..", "/"},
                                                                            {"/../../a", "/a"},
                                                                            {"/a/..", "/"},
                                                                            {"/a/../b", "/b"},
                                                                            {"/a/b/..", "/a/"},
                                                                            {"/a//../b", "/a/b"},
                                                                            {"//../a", "/a"},
                                                                            {"/a/./", "/a/"},
                                                                            {"/a/../../b/..", "/"}}) {
    CAPTURE(raw);
    CHECK(resolved(raw) == path);
  }
}

TEST_CASE("what only looks like a dot segment stays, and is not copied") {
  Arena arena;
  for (std::string_view raw : {"/", "/a.b/c", "/.a", "/...", "/..a", "/a..", "/..%2fa", "/%2e%2fa", "/%252e", "/.%2",
                               "/a/%2e/b", "/%2E%2e", "/a/.%2e", "/%20", "*", "/.well-known/x"}) {
    CAPTURE(raw);
    auto same = without_dot_segments(raw, arena);
    CHECK(same == raw);
    CHECK(same.data() == raw.data());
  }
}

TEST_CASE("a path without escapes is not copied") {
  Arena arena;
  std::string_view raw = "/static/app.js";
  CHECK(split_path(raw, arena).segments[0].data() == raw.data() + 1);
}

TEST_CASE("bad escapes, broken UTF-8 and NUL are reported") {
  for (auto bad : {"/%", "/a%2", "/%zz/", "/%2/f"}) CHECK(faulty(bad).fault == PathFault::bad_escape);
  for (auto bad : {"/%FF", "/%C3/%A4", "/%C0%AF", "/%ED%A0%80"}) CHECK(faulty(bad).fault == PathFault::not_utf8);
  CHECK(faulty("/\xFF").fault == PathFault::not_utf8);
  CHECK(faulty("/%FF/%zz").fault == PathFault::bad_escape);
  CHECK(faulty("/%FF%2F%00").has_slash);
  CHECK(faulty("/a%00b").has_nul);
  CHECK_FALSE(faulty("/a%30b").has_nul);
}
