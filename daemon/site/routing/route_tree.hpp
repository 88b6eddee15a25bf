#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml/value.hpp"
#include "http/method.hpp"
#include "site/routing/name_table.hpp"
#include "site/routing/pattern.hpp"
#include "site/routing/trailing_slash.hpp"

namespace sluice::site {

struct Endpoint;

/// One pattern of an endpoint, where it ends in a tree.
struct Leaf {
  struct Capture {
    std::uint16_t segment;    // of the path
    std::uint16_t parameter;  // index of Parameters::path
    bool rest;                // takes all segments from `segment` on
  };
  const Endpoint* endpoint = nullptr;
  http::MethodSet methods;  // without those that follow by themselves
  std::vector<Capture> captures;
  std::uint16_t parameters = 0;  // of the endpoint, over all its paths
  std::uint16_t depth = 0;       // segments of the pattern
  TrailingSlash trailing_slash = TrailingSlash::redirect;
  config::Located<std::string> pattern;
};

/// Whether a leaf with `methods` serves `method`: HEAD follows from GET.
inline bool serves(http::MethodSet methods, http::Method method) {
  return methods.has(method) || (method == http::Method::head && methods.has(http::Method::get));
}

/// One walk through a tree.
struct Search {
  http::Method method;
  std::span<const std::string_view> segments;  // decoded
  bool other_form = false;  // looks for the other form of a path: leaves that are strict about it do not count
  std::size_t deepest = 0;  // found: how many segments led somewhere
  http::MethodSet allowed;  // found: methods of the leaves that match in all but the method
  const Leaf* wrong_method = nullptr;  // found: the first of them
};

/// The patterns of one host as a tree of segments. Built once, then immutable and read by all threads.
class RouteTree {
 public:
  enum class Where { end, rest, mount };

  /// Adds a leaf where `segments` lead; returns the leaf there that serves one of its methods already, or
  /// null.
  const Leaf* add(std::span<const PatternSegment> segments, Where where, Leaf leaf);

  /// The leaf whose pattern is exactly this raw path without any escape, or null.
  const Leaf* find_constant(std::string_view path, http::Method method) const;
  /// The best leaf: literal segments before {parameter} before {rest...}, from left to right. Each node is
  /// seen once at most, whatever the path.
  const Leaf* find(Search& search) const { return descend(0, 0, search); }
  /// The deepest mount on the way.
  const Leaf* find_mount(Search& search) const;

 private:
  struct Node {
    NameTable literals;
    std::uint32_t parameter = 0;  // 0: none
    std::vector<Leaf> ends, rests, mounts;
  };

  std::uint32_t child(std::uint32_t node, const PatternSegment& segment);
  const Leaf* descend(std::uint32_t node, std::size_t depth, Search& search) const;

  std::vector<Node> nodes_{1};
  NameTable constants_;  // whole paths without parameters
};

}  // namespace sluice::site
