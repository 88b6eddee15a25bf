/// The router against a matcher that looks at every pattern. Input: lines "METHOD pattern", an empty line, then
/// lines "METHOD path".

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/arena.hpp"
#include "http/target/path.hpp"
#include "input.hpp"
#include "site/builder.hpp"
#include "site/routing/pattern.hpp"
#include "site/routing/router.hpp"

using namespace sluice;
using site::PatternSegment;

namespace {

struct Line {
  http::Method method = http::Method::get;
  std::string path;
};

Line read_line(std::string_view text) {
  static constexpr std::pair<std::string_view, http::Method> methods[] = {
      {"POST ", http::Method::post}, {"DELETE ", http::Method::delete_}, {"GET ", http::Method::get}};
  for (auto [name, method] : methods) {
    if (text.starts_with(name)) return {method, std::string(text.substr(name.size()))};
  }
  return {http::Method::get, std::string(text)};
}

struct Naive {
  std::size_t endpoint = 0;
  http::Method method = http::Method::get;
  std::vector<PatternSegment> segments;
};

bool fits(const Naive& route, std::span<const std::string_view> path) {
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    if (i >= path.size()) return false;
    if (route.segments[i].kind == PatternSegment::Kind::rest) return true;
    if (route.segments[i].kind == PatternSegment::Kind::parameter && path[i].empty()) return false;
    if (route.segments[i].kind == PatternSegment::Kind::literal && route.segments[i].text != path[i]) return false;
  }
  return route.segments.size() == path.size();
}

/// Literal segments before {parameter} before {rest...}, from left to right.
bool better(const Naive& a, const Naive& b) {
  for (std::size_t i = 0; i < std::min(a.segments.size(), b.segments.size()); ++i) {
    if (a.segments[i].kind != b.segments[i].kind) return a.segments[i].kind < b.segments[i].kind;
  }
  return a.segments.size() > b.segments.size();
}

struct Table {
  std::vector<site::Endpoint> endpoints;
  std::vector<Naive> naive;
  config::Diagnostics diagnostics;

  void add(const Line& line) {
    auto& endpoint = endpoints.emplace_back();
    endpoint.paths.push_back({line.path, {}});
    endpoint.methods.add(line.method);
    auto pattern = site::parse_pattern({line.path, {}}, diagnostics);
    if (pattern) naive.push_back({endpoints.size() - 1, line.method, pattern->segments});
  }
};

void check(const site::Router& router, const Table& table, const Line& request) {
  Arena arena;
  auto path = http::split_path(request.path, arena);
  auto found = router.find("localhost", request.method, request.path, arena);
  using Kind = site::Routing::Kind;
  if (path.fault != http::PathFault::none) return fuzz::require(found.kind == Kind::bad_path, "a bad path is told");
  const Naive* best = nullptr;
  bool other_method = false;
  for (const auto& route : table.naive) {
    if (!fits(route, path.segments)) continue;
    if (route.method != request.method) {
      other_method = true;
    } else if (!best || better(route, *best)) {
      best = &route;
    }
  }
  if (best) {
    fuzz::require(found.kind == Kind::found, "what matches is found");
    fuzz::require(found.match.endpoint == &table.endpoints[best->endpoint], "the best match is found");
  } else {
    fuzz::require(found.kind == (other_method ? Kind::wrong_method : Kind::not_found), "nothing else is found");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  Table table;
  for (int i = 0; i < 40 && !input.empty(); ++i) {
    auto line = input.line();
    if (line.empty()) break;
    table.add(read_line(line));
  }
  if (table.diagnostics.failed()) return 0;
  site::Router router(table.endpoints, site::TrailingSlash::strict, table.diagnostics);
  if (table.diagnostics.failed()) return 0;  // two that cannot be told apart
  for (int i = 0; i < 20 && !input.empty(); ++i) {
    auto request = read_line(input.line());
    if (request.path.starts_with('/')) check(router, table, request);
  }
  return 0;
}
