#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "config/findings/diagnostics.hpp"
#include "http/method.hpp"
#include "site/routing/match.hpp"
#include "site/routing/route_tree.hpp"

namespace sluice::site {

/// The answer of the router to one request.
struct Routing {
  enum class Kind : std::uint8_t {
    found,         // `match` says what serves it
    not_found,     // 404
    wrong_method,  // 405, or the answer to OPTIONS: `allowed` is complete
    other_slash,   // a redirect to `location`, which is served: `match.endpoint` says by what
    bad_path,      // 400: a broken escape, or not UTF-8
  };
  Kind kind = Kind::not_found;
  Match match;
  http::MethodSet allowed;    // with HEAD and OPTIONS, where they follow by themselves
  std::string_view location;  // raw path with its last slash added or taken away; without the query
};

/// Finds what serves a request. Order does not depend on the order of declaration: exact host, `*.host` with
/// the longest name first, any host; within a host literal segments before {parameter} before {rest...}, then
/// routes that differ only in the slash at the end, then mounts, the longest first. Where a host has nothing
/// for a path, those after it are asked. A route whose methods do not fit does not stop the search.
/// Immutable, read by all threads; refers to the endpoints, which outlive it.
class Router {
 public:
  Router() = default;
  /// `trailing_slash` is for endpoints that do not say. Patterns that make no sense, and routes that can
  /// never be told apart, are reported. Only endpoints of `listener` are taken (Endpoint::listener()).
  Router(std::span<const Endpoint> endpoints, TrailingSlash trailing_slash, config::Diagnostics& diagnostics,
         std::string_view listener = {});

  /// `host` without port, in any case; `path` is the raw path of the target. What is found lies in `arena`.
  Routing find(std::string_view host, http::Method method, std::string_view path, Arena& arena) const;

 private:
  struct Request;

  void add(const Endpoint& endpoint, TrailingSlash trailing_slash, config::Diagnostics& diagnostics);
  std::vector<RouteTree*> trees_for(const Endpoint& endpoint);
  void check_hosts(std::span<const Endpoint> endpoints, config::Diagnostics& diagnostics);
  bool search_host(std::string_view host, Request& request, Routing& routing) const;
  bool search_tree(const RouteTree& tree, Request& request, Routing& routing) const;
  bool search_other_slash(const RouteTree& tree, Request& request, Routing& routing) const;

  std::map<std::string, RouteTree, std::less<>> exact_;      // by host in lower case
  std::map<std::string, RouteTree, std::less<>> wildcards_;  // by what follows the star: ".example.org"
  RouteTree any_;
};

}  // namespace sluice::site
