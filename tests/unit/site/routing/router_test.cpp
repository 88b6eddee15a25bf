#include "site/routing/router.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "base/text.hpp"
#include "site/builder.hpp"

namespace {

using namespace sluice;
using namespace sluice::site;
using http::Method;
using Kind = Routing::Kind;

struct Route {
  std::vector<std::string> paths;
  http::MethodSet methods = {Method::get};
  std::string host = {};
  bool mount = false;
  std::optional<TrailingSlash> slash = {};
};

/// Some routes and a router for them.
class Routes {
 public:
  explicit Routes(const std::vector<Route>& routes) {
    for (const auto& route : routes) {
      auto& endpoint = endpoints_.emplace_back();
      for (const auto& path : route.paths) endpoint.paths.push_back({path, {}});
      endpoint.methods = route.methods;
      if (!route.host.empty()) endpoint.hosts = {{route.host, {}}};
      endpoint.mount = route.mount;
      endpoint.trailing_slash = route.slash;
    }
    router_ = Router(endpoints_, TrailingSlash::redirect, diagnostics);
  }

  Routing find(std::string_view path, Method method = Method::get, std::string_view host = "localhost") {
    return router_.find(host, method, path, arena_);
  }
  /// The number of the route that serves the request, or -1.
  int number(std::string_view path, Method method = Method::get, std::string_view host = "localhost") {
    auto routing = find(path, method, host);
    if (routing.kind != Kind::found) return -1;
    return static_cast<int>(routing.match.endpoint - endpoints_.data());
  }
  std::string parameter(std::string_view path, std::size_t index = 0) {
    auto routing = find(path);
    if (routing.kind != Kind::found || index >= routing.match.path.size()) return "none";
    const auto& text = routing.match.path[index];
    return text.present ? std::string(text.text) + "|" + std::string(text.raw) : "absent";
  }

  config::Diagnostics diagnostics;

 private:
  std::vector<Endpoint> endpoints_;
  Router router_;
  Arena arena_;
};

TEST_CASE("literal segments go before parameters and those before the rest, in any order of lines") {
  std::vector<Route> all = {{{"/a/{rest...}"}}, {{"/a/{x}"}}, {{"/a/b"}}, {{"/{x}/b"}}, {{"/a/{x}/c"}}};
  Routes routes(all);
  CHECK(routes.number("/a/b") == 2);
  CHECK(routes.number("/a/z") == 1);
  CHECK(routes.number("/a/z/c") == 4);
  CHECK(routes.number("/a/z/d") == 0);
  CHECK(routes.number("/z/b") == 3);
  CHECK(routes.number("/z/c") == -1);

  std::ranges::reverse(all);
  Routes reversed(all);
  CHECK(reversed.number("/a/b") == 2);
  CHECK(reversed.number("/a/z") == 3);
  CHECK(reversed.number("/a/z/d") == 4);
}

TEST_CASE("a literal that leads nowhere does not hide a parameter") {
  Routes routes({{{"/a/b/c"}}, {{"/{x}/b/d"}}, {{"/{x}/{y}/e"}}});
  CHECK(routes.number("/a/b/c") == 0);
  CHECK(routes.number("/a/b/d") == 1);
  CHECK(routes.number("/a/b/e") == 2);
}

TEST_CASE("a parameter takes one segment that is not empty, the rest takes anything after its slash") {
  Routes routes({{{"/{name}"}}, {{"/files/{rest...}"}}});
  CHECK(routes.parameter("/Ann") == "Ann|Ann");
  CHECK(routes.find("/").kind == Kind::not_found);
  CHECK(routes.find("//").kind == Kind::not_found);
  CHECK(routes.find("/a/b").kind == Kind::not_found);
  CHECK(routes.parameter("/files/a") == "a|a");
  CHECK(routes.parameter("/files/a/b//c/") == "a/b//c/|a/b//c/");
  CHECK(routes.parameter("/files/") == "|");
  CHECK(routes.number("/files") == 0);
}

TEST_CASE("segments are decoded once and %2F stays inside its segment") {
  Routes routes({{{"/{name}"}}, {{"/files/{rest...}"}}, {{"/caf\u00e9/x"}}});
  CHECK(routes.parameter("/a%2Fb") == "a/b|a%2Fb");
  CHECK(routes.parameter("/%2541") == "%41|%2541");
  CHECK(routes.parameter("/J%C3%BCrgen") == "Jürgen|J%C3%BCrgen");
  CHECK(routes.parameter("/Jürgen") == "Jürgen|Jürgen");
  CHECK(routes.parameter("/a+b") == "a+b|a+b");
  CHECK(routes.parameter("/%2e%2e") == "..|%2e%2e");
  CHECK(routes.parameter("/files/a%20b/c%2Fd") == "a b/c/d|a%20b/c%2Fd");
  CHECK(routes.parameter("/%66iles/x") == "x|x");
  CHECK(routes.number("/caf%C3%A9/x") == 2);
  CHECK(routes.number("/caf\u00e9/x") == 2);
  CHECK(routes.find("/%2F%2F").kind == Kind::found);
  CHECK(routes.find("/a/%zz").kind == Kind::bad_path);
  CHECK(routes.find("/%").kind == Kind::bad_path);
  CHECK(routes.find("/%FF").kind == Kind::bad_path);
  CHECK(routes.find("/\xFF").kind == Kind::bad_path);
  CHECK(routes.find("/files/a/%FF").kind == Kind::bad_path);
}

TEST_CASE("a path that is not UTF-8 may be that of a file, and never has parameters") {
  Routes routes({{{"/files/text/{name}"}}, {.paths = {"/files"}, .mount = true}});
  CHECK(routes.number("/files/caf%E9") == 1);
  CHECK(routes.number("/files/%E9/a/") == 1);
  CHECK(routes.find("/files/text/%E9").kind == Kind::bad_path);
  CHECK(routes.find("/files/%E9/%zz").kind == Kind::bad_path);
  CHECK(routes.find("/%E9").kind == Kind::bad_path);
}

TEST_CASE("paths are case-sensitive and dot segments are segments") {
  Routes routes({{{"/Items"}}, {{"/"}}, {{"/{name}"}}});
  CHECK(routes.number("/items") == 2);
  CHECK(routes.find("/./x").kind == Kind::not_found);
  CHECK(routes.find("/a/../b").kind == Kind::not_found);
}

TEST_CASE("a parameter that only some paths of a route have is absent for the others") {
  Routes routes({{{"/", "/{name}", "/{name}/{title}", "/by/title/{title}"}}});
  CHECK(routes.parameter("/") == "absent");
  CHECK(routes.parameter("/Ann") == "Ann|Ann");
  CHECK(routes.parameter("/Ann/Dr", 1) == "Dr|Dr");
  CHECK(routes.parameter("/by/title/Dr", 0) == "absent");
  CHECK(routes.parameter("/by/title/Dr", 1) == "Dr|Dr");
}

TEST_CASE("the wrong method gives all methods of all routes for the path") {
  Routes routes({{{"/a"}, {Method::get}}, {{"/{x}"}, {Method::post}}, {{"/b"}, {Method::put}}});
  auto routing = routes.find("/a", Method::delete_);
  CHECK(routing.kind == Kind::wrong_method);
  CHECK(routing.allowed.allow() == "GET, HEAD, POST, OPTIONS");
  CHECK(routes.number("/a", Method::post) == 1);
  CHECK(routes.number("/a", Method::head) == 0);
  CHECK(routes.find("/b", Method::options).allowed.allow() == "POST, PUT, OPTIONS");
  CHECK(routes.find("/b/c", Method::get).kind == Kind::not_found);
}

TEST_CASE("HEAD follows from GET unless a route has its own") {
  Routes routes({{{"/a"}, {Method::get}}, {{"/a"}, {Method::head}}, {{"/b"}, {Method::options}}});
  CHECK_FALSE(routes.diagnostics.failed());
  CHECK(routes.number("/a") == 0);
  CHECK(routes.number("/b", Method::options) == 2);
}

TEST_CASE("the other form of a path is a redirect, the same, or nothing, as its route says") {
  Routes routes({{{"/a"}},
                 {{"/b/"}},
                 {{"/c"}, {Method::get}, {}, false, TrailingSlash::ignore},
                 {{"/d"}, {Method::get}, {}, false, TrailingSlash::strict},
                 {{"/items/{id}"}}});
  auto redirect = routes.find("/a/");
  CHECK(redirect.kind == Kind::other_slash);
  CHECK(redirect.location == "/a");
  CHECK(routes.find("/b").location == "/b/");
  CHECK(routes.find("/items/a%2Fb/").location == "/items/a%2Fb");
  CHECK(routes.find("/a/", Method::post).kind == Kind::other_slash);
  CHECK(routes.number("/c/") == 2);
  CHECK(routes.find("/c/", Method::post).kind == Kind::wrong_method);
  CHECK(routes.find("/d/").kind == Kind::not_found);
  CHECK(routes.find("/items/").kind == Kind::not_found);
  CHECK(routes.find("/items//").kind == Kind::not_found);
  CHECK(routes.find("//").kind == Kind::not_found);
}

TEST_CASE("a redirect to the other form never leads to another host or round in circles") {
  Routes routes({{{"//evil.example/{x}"}}, {{"/a"}}, {{"/a/"}}});
  CHECK(routes.find("//evil.example/x/").kind == Kind::not_found);
  CHECK(routes.number("/a") == 1);
  CHECK(routes.number("/a/") == 2);
}

TEST_CASE("mounts come after routes, on segment boundaries, the longest first") {
  Routes routes({{{"/"}, {Method::get}, {}, true},
                 {{"/docs"}, {Method::get}, {}, true},
                 {{"/docs/api/"}, {Method::get}, {}, true},
                 {{"/docs/hello"}}});
  CHECK(routes.number("/docs/hello") == 3);
  CHECK(routes.number("/docs") == 1);
  CHECK(routes.number("/docs/x") == 1);
  CHECK(routes.number("/docsx") == 0);
  CHECK(routes.number("/docs/api") == 2);
  CHECK(routes.number("/docs/api/x") == 2);
  CHECK(routes.number("/anything/at//all") == 0);
  CHECK(routes.find("/docs").match.rest == "");
  CHECK(routes.find("/docs/").match.rest == "/");
  CHECK(routes.find("/docs/a%2Fb/c").match.rest == "/a%2Fb/c");
  CHECK(routes.find("/x/y").match.rest == "/x/y");
  CHECK(routes.find("/").match.rest == "/");
  CHECK(routes.find("/x", Method::put).allowed.allow() == "GET, HEAD, OPTIONS");
}

TEST_CASE("a mount knows which methods routes of the same path would have taken") {
  Routes routes({{{"/"}, {Method::get}, {}, true}, {{"/contact"}, {Method::post}}});
  CHECK(routes.number("/contact", Method::post) == 1);
  auto routing = routes.find("/contact");
  CHECK(routing.kind == Kind::found);
  CHECK(routing.match.others == http::MethodSet{Method::post});
}

TEST_CASE("an exact host goes before a wildcard and that before any host") {
  Routes routes({{{"/"}},
                 {{"/"}, {Method::get}, "*.example.org"},
                 {{"/"}, {Method::get}, "www.example.org"},
                 {{"/"}, {Method::get}, "*.b.example.org"},
                 {{"/only"}}});
  CHECK(routes.number("/", Method::get, "localhost") == 0);
  CHECK(routes.number("/", Method::get, "www.example.org") == 2);
  CHECK(routes.number("/", Method::get, "WWW.Example.ORG.") == 2);
  CHECK(routes.number("/", Method::get, "a.example.org") == 1);
  CHECK(routes.number("/", Method::get, "a.b.example.org") == 3);
  CHECK(routes.number("/", Method::get, "example.org") == 0);
  CHECK(routes.number("/only", Method::get, "www.example.org") == 4);
  CHECK(routes.number("/", Method::get, std::string(300, 'a')) == 0);
  CHECK(routes.number("/", Method::get, "") == 0);
}

std::size_t errors(const std::vector<Route>& routes) { return Routes(routes).diagnostics.errors(); }

TEST_CASE("routes that can never be told apart are an error, others are not") {
  CHECK(errors({{{"/a"}}, {{"/a"}}}) == 1);
  CHECK(errors({{{"/a"}}, {{"/%61"}}}) == 1);
  CHECK(errors({{{"/{x}/b"}}, {{"/{y}/b"}}}) == 1);
  CHECK(errors({{{"/a/{x...}"}}, {{"/a/{y...}"}}}) == 1);
  CHECK(errors({{{"/a", "/a"}}}) == 1);
  CHECK(errors({{{"/a"}, {Method::get, Method::post}}, {{"/a"}, {Method::post}}}) == 1);
  CHECK(errors({{{"/a"}, {Method::get}, "A.org"}, {{"/a"}, {Method::get}, "a.org"}}) == 1);
  CHECK(errors({{{"/d"}, {Method::get}, {}, true}, {{"/d/"}, {Method::get}, {}, true}}) == 1);
  CHECK(errors({{{"/{x}"}, {Method::get}, {}, true}}) == 1);

  CHECK(errors({{{"/a"}, {Method::get}}, {{"/a"}, {Method::post}}}) == 0);
  CHECK(errors({{{"/a"}}, {{"/a/"}}, {{"/{x}"}}, {{"/{x...}"}}}) == 0);
  CHECK(errors({{{"/a"}}, {{"/a"}, {Method::get}, "a.org"}, {{"/a"}, {Method::get}, {}, true}}) == 0);
}

// Against a matcher that is too simple to be wrong ---------------------------------------------------

using Segments = std::vector<std::string>;

Segments segments_of(std::string_view path) {
  Segments segments;
  for (auto segment : split(path.substr(1), '/')) segments.emplace_back(segment);
  return segments;
}

/// How a pattern matches, as a text that compares less for the better pattern; empty: it does not.
std::string rank(const Segments& pattern, const Segments& path) {
  std::string rank;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].ends_with("...}")) return i < path.size() ? rank + "3" : "";
    if (i >= path.size()) return "";
    if (pattern[i].starts_with('{')) {
      if (path[i].empty()) return "";
      rank += '2';
    } else {
      if (pattern[i] != path[i]) return "";
      rank += '1';
    }
  }
  return pattern.size() == path.size() ? rank + "0" : "";
}

int naive(const std::vector<Route>& routes, const std::string& path, Method method) {
  int best = -1;
  std::string best_rank;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (!routes[i].methods.has(method)) continue;
    auto ranked = rank(segments_of(routes[i].paths[0]), segments_of(path));
    if (ranked.empty() || (best >= 0 && ranked >= best_rank)) continue;
    best = static_cast<int>(i);
    best_rank = ranked;
  }
  return best;
}

TEST_CASE("the tree finds what a naive matcher finds, for random routes and paths") {
  std::mt19937 random(20240229);
  auto pick = [&](auto count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  auto random_path = [&](bool pattern) {
    static const std::vector<std::string> words = {"a", "b", "c", ""};
    std::string path;
    int depth = 1 + pick(4);
    for (int i = 0; i < depth; ++i) {
      int kind = pattern ? pick(6) : 0;
      bool last = i + 1 == depth;
      path += kind >= 4 ? (kind == 5 && last ? "/{r...}" : "/{p" + std::to_string(i) + "}")
                        : "/" + words[static_cast<std::size_t>(pick(4))];
    }
    return path;
  };

  int found = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Route> routes;
    std::vector<std::string> shapes;
    for (int i = 0; i < 12; ++i) {
      Route route{.paths = {random_path(true)},
                  .methods = {pick(2) ? Method::get : Method::post},
                  .slash = TrailingSlash::strict};
      auto shape = route.paths[0] + (route.methods.has(Method::get) ? "G" : "P");
      if (std::ranges::find(shapes, shape) != shapes.end()) continue;
      shapes.push_back(shape);
      routes.push_back(std::move(route));
    }
    Routes router(routes);
    REQUIRE_FALSE(router.diagnostics.failed());
    for (int i = 0; i < 60; ++i) {
      auto path = random_path(false);
      auto method = pick(2) ? Method::get : Method::post;
      CAPTURE(path);
      auto expected = naive(routes, path, method);
      found += expected >= 0;
      CHECK(router.number(path, method) == expected);
      CHECK((router.find(path, method).kind == Kind::wrong_method) ==
            (expected < 0 && (naive(routes, path, Method::get) >= 0 || naive(routes, path, Method::post) >= 0)));
    }
  }
  CHECK(found > 1000);
}

TEST_CASE("ten thousand routes are all found") {
  std::vector<Route> routes;
  for (int i = 0; i < 5000; ++i) {
    routes.push_back({{"/r" + std::to_string(i)}});
    routes.push_back({{"/r" + std::to_string(i) + "/{id}"}});
  }
  Routes router(routes);
  for (int i = 0; i < 5000; ++i) {
    CHECK(router.number("/r" + std::to_string(i)) == 2 * i);
    CHECK(router.number("/r" + std::to_string(i) + "/x") == 2 * i + 1);
  }
}

}  // namespace
