#include "site/routing/router.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/target/path.hpp"
#include "site/builder.hpp"
#include "site/routing/host_pattern.hpp"

namespace sluice::site {

struct Router::Request {
  std::string_view path;
  http::Method method;
  Arena& arena;
  std::optional<http::SplitPath> split;  // made when it is first needed
  http::MethodSet allowed;

  std::span<std::string_view> segments() {
    if (!split) split = http::split_path(path, arena);
    return split->segments;
  }
};

namespace {

/// The raw path from the segment with this number on, without the slash before it.
std::string_view raw_from(std::string_view path, const http::SplitPath& split, std::size_t segment) {
  if (!split.escaped && segment < split.segments.size())
    return path.substr(static_cast<std::size_t>(split.segments[segment].data() - path.data()));
  for (std::size_t i = 0; i <= segment; ++i) {
    auto slash = path.find('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return path;
}

std::string_view join(std::span<const std::string_view> segments, Arena& arena) {
  std::size_t size = segments.size() - 1;
  for (auto segment : segments) size += segment.size();
  auto text = arena.array<char>(size);
  auto at = text.begin();
  for (const auto& segment : segments) {
    if (&segment != segments.data()) *at++ = '/';
    at = std::ranges::copy(segment, at).out;
  }
  return {text.data(), text.size()};
}

PathText captured(const Leaf::Capture& capture, std::string_view path, const http::SplitPath& split, Arena& arena) {
  auto segment = split.segments[capture.segment];
  if (!capture.rest && !split.escaped) return {.present = true, .text = segment, .raw = segment};
  PathText text{.present = true, .text = segment, .raw = raw_from(path, split, capture.segment)};
  if (!capture.rest) {
    text.raw = text.raw.substr(0, text.raw.find('/'));
  } else {
    bool encoded = split.escaped && text.raw.find('%') != std::string_view::npos;
    text.text = encoded ? join(split.segments.subspan(capture.segment), arena) : text.raw;
  }
  return text;
}

/// `split` holds the segments of `path`.
Match match_of(const Leaf& leaf, std::string_view path, const http::SplitPath& split, Arena& arena) {
  Match match;
  match.endpoint = leaf.endpoint;
  if (leaf.parameters == 0) return match;
  auto texts = arena.array<PathText>(leaf.parameters);
  std::ranges::fill(texts, PathText{});
  for (const auto& capture : leaf.captures) {
    texts[capture.parameter] = captured(capture, path, split, arena);
  }
  match.path = texts;
  return match;
}

/// The methods of Allow: HEAD follows from GET, OPTIONS from anything (RFC 9110 §9.3.2, §9.3.7).
http::MethodSet with_implied(http::MethodSet methods) {
  if (methods.empty()) return methods;
  if (methods.has(http::Method::get)) methods.add(http::Method::head);
  methods.add(http::Method::options);
  return methods;
}

/// The names of all parameters in the order in which the patterns first have them.
std::uint16_t index_of(std::vector<std::string>& names, const std::string& name) {
  auto found = std::ranges::find(names, name);
  if (found == names.end()) found = names.insert(names.end(), name);
  return static_cast<std::uint16_t>(found - names.begin());
}

std::vector<Leaf::Capture> captures_of(const Pattern& pattern, std::vector<std::string>& names) {
  std::vector<Leaf::Capture> captures;
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const auto& segment = pattern.segments[i];
    if (segment.kind == PatternSegment::Kind::literal) continue;
    captures.push_back(
        {static_cast<std::uint16_t>(i), index_of(names, segment.text), segment.kind == PatternSegment::Kind::rest});
  }
  return captures;
}

/// A mount at "/docs/" is one at "/docs", and one at "/" has no segment.
std::span<const PatternSegment> mount_segments(const Pattern& pattern) {
  std::span<const PatternSegment> segments = pattern.segments;
  return segments.back().text.empty() ? segments.first(segments.size() - 1) : segments;
}

void report_duplicate(const config::Located<std::string>& pattern, const Leaf& first, bool mount,
                      config::Diagnostics& diagnostics) {
  auto what = pattern.value == first.pattern.value ? "`" + pattern.value + "`"
                                                   : "`" + first.pattern.value + "` and `" + pattern.value + "`";
  auto& error =
      diagnostics.error("duplicate-route", pattern.span,
                        mount ? "two sections are mounted at " + what : "two routes can never be told apart: " + what);
  error.label = "serves the same requests";
  error.notes.push_back({first.pattern.span, "as this one, which comes first"});
  error.help = mount ? "give one of them another path or `host`" : "give one of them another path, `method` or `host`";
}

}  // namespace

Router::Router(std::span<const Endpoint> endpoints, TrailingSlash trailing_slash, config::Diagnostics& diagnostics,
               std::string_view listener) {
  if (listener.empty()) check_hosts(endpoints, diagnostics);  // elsewhere no host is asked for
  for (const auto& endpoint : endpoints) {
    if (endpoint.listener() != listener) continue;
    add(endpoint, endpoint.trailing_slash.value_or(trailing_slash), diagnostics);
  }
}

void Router::add(const Endpoint& endpoint, TrailingSlash trailing_slash, config::Diagnostics& diagnostics) {
  using Where = RouteTree::Where;
  std::vector<std::string> names;
  std::vector<Leaf> leaves;
  std::vector<Pattern> patterns;
  for (const auto& path : endpoint.paths) {
    auto pattern = parse_pattern(path, diagnostics);
    if (!pattern) continue;
    if (endpoint.mount && !pattern->constant()) {
      diagnostics.error("bad-path", path.span, "the path of a directory has no parameters").label =
          "it serves all paths below it";
      continue;
    }
    leaves.push_back({.endpoint = &endpoint,
                      .methods = endpoint.methods,
                      .captures = captures_of(*pattern, names),
                      .trailing_slash = trailing_slash,
                      .pattern = {path.value, path.span.known() ? path.span : endpoint.where}});
    patterns.push_back(std::move(*pattern));
  }

  for (std::size_t i = 0; i < leaves.size(); ++i) {
    leaves[i].parameters = static_cast<std::uint16_t>(names.size());
    const auto& segments = patterns[i].segments;
    bool rest = segments.back().kind == PatternSegment::Kind::rest;
    auto where = endpoint.mount ? Where::mount : rest ? Where::rest : Where::end;
    auto way = endpoint.mount ? mount_segments(patterns[i]) : std::span<const PatternSegment>(segments);
    for (auto* tree : trees_for(endpoint)) {
      if (const auto* first = tree->add(way, where, leaves[i]))
        report_duplicate(leaves[i].pattern, *first, endpoint.mount, diagnostics);
    }
  }
}

/// Those of a file stand in all that it declares; each place is told once.
void Router::check_hosts(std::span<const Endpoint> endpoints, config::Diagnostics& diagnostics) {
  std::vector<config::Span> told;
  for (const auto& endpoint : endpoints) {
    for (const auto& host : endpoint.hosts) {
      if (std::ranges::find(told, host.span) != told.end()) continue;
      told.push_back(host.span);
      auto same = [&](const auto& other) { return equals_ignoring_case(*other, *host); };
      const auto& first = *std::ranges::find_if(endpoint.hosts, same);
      if (auto name = parse_host_pattern(host.value); !name)
        diagnostics.error("bad-host", host.span, name.error().message);
      else if (&first != &host)
        diagnostics.error("duplicate-host", host.span, "this host is named twice").notes = {{first.span, "first here"}};
    }
  }
}

std::vector<RouteTree*> Router::trees_for(const Endpoint& endpoint) {
  std::vector<RouteTree*> trees;
  for (const auto& host : endpoint.hosts) {
    auto lower = to_lower(*host);
    auto* tree = lower.starts_with("*.") ? &wildcards_[lower.substr(1)] : &exact_[lower];
    if (std::ranges::find(trees, tree) == trees.end()) trees.push_back(tree);
  }
  if (trees.empty()) trees.push_back(&any_);
  return trees;
}

Routing Router::find(std::string_view host, http::Method method, std::string_view path, Arena& arena) const {
  Routing routing;
  Request request{.path = path, .method = method, .arena = arena, .split = {}, .allowed = {}};
  if (search_host(host, request, routing) || search_tree(any_, request, routing)) return routing;
  if (request.split && request.split->fault != http::PathFault::none) {
    routing.kind = Routing::Kind::bad_path;
  } else if (!request.allowed.empty()) {
    routing.kind = Routing::Kind::wrong_method;
    routing.allowed = with_implied(request.allowed);
  }
  return routing;
}

bool Router::search_host(std::string_view host, Request& request, Routing& routing) const {
  std::array<char, 256> buffer;  // a DNS name has at most 253 octets
  if ((exact_.empty() && wildcards_.empty()) || host.size() > buffer.size()) return false;
  if (host.ends_with('.')) host.remove_suffix(1);
  std::ranges::transform(host, buffer.begin(), [](char c) { return to_lower(c); });
  std::string_view name(buffer.data(), host.size());

  if (auto exact = exact_.find(name); exact != exact_.end() && search_tree(exact->second, request, routing))
    return true;
  for (auto dot = name.find('.', 1); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    auto wildcard = wildcards_.find(name.substr(dot));
    if (wildcard != wildcards_.end() && search_tree(wildcard->second, request, routing)) return true;
  }
  return false;
}

bool Router::search_tree(const RouteTree& tree, Request& request, Routing& routing) const {
  auto settle = [&](const Leaf& leaf, const http::SplitPath& split) {
    routing.kind = Routing::Kind::found;
    routing.match = match_of(leaf, request.path, split, request.arena);
    routing.match.others = request.allowed;
    return true;
  };
  if (const auto* leaf = tree.find_constant(request.path, request.method)) return settle(*leaf, {});

  auto segments = request.segments();
  const auto& split = *request.split;
  if (split.fault == http::PathFault::bad_escape) return false;
  bool is_text = split.fault == http::PathFault::none;
  Search search{.method = request.method, .segments = segments, .allowed = {}};
  if (const auto* leaf = tree.find(search)) {
    if (is_text) return settle(*leaf, split);
    routing.kind = Routing::Kind::bad_path;  // parameters are text; names of files need not be
    return true;
  }
  bool known_path = !search.allowed.empty();
  request.allowed = request.allowed | search.allowed;
  // The other form of the path ends one segment further, or one less far: this one must have come as far as they agree.
  bool other_possible = search.deepest + (segments.back().empty() ? 1 : 0) >= segments.size();
  if (is_text && !known_path && other_possible && search_other_slash(tree, request, routing)) return true;

  Search mounts{.method = request.method, .segments = segments, .allowed = {}};
  if (const auto* leaf = tree.find_mount(mounts)) {
    settle(*leaf, split);
    if (segments.size() > leaf->depth) {
      auto below = request.path.size() - raw_from(request.path, split, leaf->depth).size();
      routing.match.rest = request.path.substr(below - 1);  // with its slash
    }
    return true;
  }
  request.allowed = request.allowed | mounts.allowed;
  return false;
}

bool Router::search_other_slash(const RouteTree& tree, Request& request, Routing& routing) const {
  // A path that begins with two slashes would make a Location that names another host (RFC 3986 §4.2).
  if (request.path.size() < 2 || request.path.starts_with("//")) return false;
  auto segments = request.segments();
  bool has_slash = segments.back().empty();
  std::span<std::string_view> other = request.arena.array<std::string_view>(segments.size() + 1);
  std::ranges::copy(segments, other.begin());
  other.back() = {};
  if (has_slash) other = other.first(segments.size() - 1);

  Search search{.method = request.method, .segments = other, .other_form = true, .allowed = {}};
  const auto* leaf = tree.find(search);
  bool served = leaf != nullptr;
  if (!served) leaf = search.wrong_method;
  if (!leaf) return false;

  auto location = request.path.substr(0, request.path.size() - 1);
  if (!has_slash) {
    auto longer = request.arena.array<char>(request.path.size() + 1);
    *std::ranges::copy(request.path, longer.begin()).out = '/';
    location = {longer.data(), longer.size()};
  }
  bool ignore = leaf->trailing_slash == TrailingSlash::ignore;
  if (ignore && !served) {
    request.allowed = request.allowed | search.allowed;
    return false;
  }
  routing.kind = ignore ? Routing::Kind::found : Routing::Kind::other_slash;
  http::SplitPath split{.segments = other, .escaped = true};  // they do not lie in `location`
  routing.match = match_of(*leaf, location, split, request.arena);
  routing.location = location;
  return true;
}

}  // namespace sluice::site
