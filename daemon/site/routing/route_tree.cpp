#include "site/routing/route_tree.hpp"

#include <algorithm>

namespace sluice::site {

namespace {

const Leaf* pick(const std::vector<Leaf>& leaves, Search& search) {
  for (const auto& leaf : leaves) {
    if (search.other_form && leaf.trailing_slash == TrailingSlash::strict) continue;
    if (serves(leaf.methods, search.method)) return &leaf;
    search.allowed = search.allowed | leaf.methods;
    if (!search.wrong_method) search.wrong_method = &leaf;
  }
  return nullptr;
}

bool overlap(http::MethodSet a, http::MethodSet b) {
  for (std::size_t i = 0; i < http::method_count; ++i) {
    auto method = static_cast<http::Method>(i);
    if (a.has(method) && b.has(method)) return true;
  }
  return false;
}

/// The raw path that a pattern without parameters stands for, when no escape is needed to write it.
std::string whole_path(std::span<const PatternSegment> segments) {
  std::string path;
  for (const auto& segment : segments) {
    if (segment.kind != PatternSegment::Kind::literal || segment.text.find_first_of("/%") != std::string::npos)
      return {};
    path += '/' + segment.text;
  }
  return path;
}

}  // namespace

const Leaf* RouteTree::add(std::span<const PatternSegment> segments, Where where, Leaf leaf) {
  auto way = where == Where::rest ? segments.first(segments.size() - 1) : segments;
  std::uint32_t node = 0;
  for (const auto& segment : way) node = child(node, segment);

  auto& at = nodes_[node];
  auto& leaves = where == Where::rest ? at.rests : where == Where::mount ? at.mounts : at.ends;
  auto same = std::ranges::find_if(leaves, [&](const Leaf& other) { return overlap(other.methods, leaf.methods); });
  if (same != leaves.end()) return &*same;

  leaf.depth = static_cast<std::uint16_t>(segments.size());
  leaves.push_back(std::move(leaf));
  if (where == Where::end) {
    if (auto path = whole_path(segments); !path.empty()) constants_.insert(path, node);
  }
  return nullptr;
}

std::uint32_t RouteTree::child(std::uint32_t node, const PatternSegment& segment) {
  auto next = static_cast<std::uint32_t>(nodes_.size());
  if (segment.kind == PatternSegment::Kind::literal) {
    if (auto known = nodes_[node].literals.insert(segment.text, next); known != next) return known;
  } else {
    if (nodes_[node].parameter != 0) return nodes_[node].parameter;
    nodes_[node].parameter = next;
  }
  nodes_.emplace_back();
  return next;
}

const Leaf* RouteTree::find_constant(std::string_view path, http::Method method) const {
  const auto* node = constants_.find(path);
  if (!node) return nullptr;
  for (const auto& leaf : nodes_[*node].ends) {
    if (serves(leaf.methods, method)) return &leaf;
  }
  return nullptr;
}

const Leaf* RouteTree::descend(std::uint32_t node, std::size_t depth, Search& search) const {
  const auto& at = nodes_[node];
  search.deepest = std::max(search.deepest, depth);
  if (depth == search.segments.size()) return pick(at.ends, search);

  auto segment = search.segments[depth];
  if (const auto* literal = at.literals.find(segment)) {
    if (const auto* leaf = descend(*literal, depth + 1, search)) return leaf;
  }
  if (at.parameter != 0 && !segment.empty()) {
    if (const auto* leaf = descend(at.parameter, depth + 1, search)) return leaf;
  }
  return pick(at.rests, search);
}

const Leaf* RouteTree::find_mount(Search& search) const {
  const Leaf* deepest = nullptr;
  std::uint32_t node = 0;
  for (std::size_t depth = 0;; ++depth) {
    if (const auto* leaf = pick(nodes_[node].mounts, search)) deepest = leaf;
    if (depth == search.segments.size()) break;
    const auto* literal = nodes_[node].literals.find(search.segments[depth]);
    if (!literal) break;
    node = *literal;
  }
  return deepest;
}

}  // namespace sluice::site
