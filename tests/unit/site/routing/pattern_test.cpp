#include "site/routing/pattern.hpp"

#include <doctest/doctest.h>

#include "config/toml/document.hpp"

namespace {

using namespace sluice;
using namespace sluice::site;
using Kind = PatternSegment::Kind;

std::optional<Pattern> parse(const std::string& text) {
  config::Diagnostics diagnostics;
  return parse_pattern({text, {}}, diagnostics);
}

std::string findings(const std::string& path) {
  config::Diagnostics diagnostics;
  auto document = config::load_text("t.toml", "[[route]]\npath = \"" + path + "\"\n", diagnostics);
  const auto& value = *document.find("route")->front().table.find("path");
  CHECK_FALSE(parse_pattern({value.text, value.span}, diagnostics));
  std::string all;
  for (const auto& one : diagnostics.all()) {
    all += one.code + " " + std::to_string(one.span.column) + "-" + std::to_string(one.span.end_column) + "\n";
  }
  return all;
}

TEST_CASE("a pattern is its segments, and a slash at the end is one more") {
  CHECK(parse("/")->segments == std::vector<PatternSegment>{{Kind::literal, ""}});
  CHECK(parse("/a/")->segments == std::vector<PatternSegment>{{Kind::literal, "a"}, {Kind::literal, ""}});
  CHECK(parse("/items/{id}/{rest...}")->segments ==
        std::vector<PatternSegment>{{Kind::literal, "items"}, {Kind::parameter, "id"}, {Kind::rest, "rest"}});
  CHECK(parse("/items/{id}/{rest...}")->parameters() == std::vector<std::string>{"id", "rest"});
  CHECK(parse("/a/b")->constant());
  CHECK_FALSE(parse("/{a}")->constant());
}

TEST_CASE("literal segments are percent-decoded") {
  CHECK(parse("/J%C3%BCrgen/a%2Fb")->segments ==
        std::vector<PatternSegment>{{Kind::literal, "Jürgen"}, {Kind::literal, "a/b"}});
}

TEST_CASE("a bad pattern is reported at the column of its fault") {
  CHECK(findings("items") == "bad-path 9-14\n");
  CHECK(findings("") == "bad-path 9-9\n");
  CHECK(findings("https://example.org/x") == "bad-path 9-30\n");
  CHECK(findings("/a?b=c") == "bad-path 11-15\n");
  CHECK(findings("/a#b") == "bad-path 11-13\n");
  CHECK(findings("/a/{}") == "empty-parameter 12-14\n");
  CHECK(findings("/a/{...}") == "empty-parameter 12-17\n");
  CHECK(findings("/a/{1x}") == "bad-parameter-name 13-15\n");
  CHECK(findings("/a/{x y}") == "bad-parameter-name 13-16\n");
  CHECK(findings("/{a}/{a}") == "duplicate-parameter 14-17\n");
  CHECK(findings("/{a...}/b") == "rest-not-last 10-16\n");
  CHECK(findings("/img-{id}.png") == "bad-path 14-22\n");
  CHECK(findings("/{a}{b}") == "bad-path 10-16\n");
  CHECK(findings("/{a/b}") == "bad-path 10-12\nbad-path 14-15\n");
  CHECK(findings("/100%") == "bad-path 10-14\n");
  CHECK(findings("/%FF") == "bad-path 10-13\n");
}

}  // namespace
