#include "http/path.hpp"

#include <algorithm>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace sluice::http {

namespace {

PathFault decode_segment(std::string_view& segment, SplitPath& path, Arena& arena) {
  if (segment.find('%') == std::string_view::npos) return PathFault::none;
  auto room = arena.array<char>(segment.size());
  auto size = percent_decode(segment, room.data());
  if (!size) return PathFault::bad_escape;
  segment = {room.data(), *size};
  if (!valid_utf8(segment)) return PathFault::not_utf8;
  path.has_nul |= segment.find('\0') != std::string_view::npos;
  path.has_slash |= segment.find('/') != std::string_view::npos;
  return PathFault::none;
}

}  // namespace

SplitPath split_path(std::string_view raw, Arena& arena) {
  SplitPath path;
  if (ascii_prefix(raw) != raw.size() && !valid_utf8(raw)) {
    path.fault = PathFault::not_utf8;
    return path;
  }
  path.segments = arena.array<std::string_view>(static_cast<std::size_t>(std::ranges::count(raw, '/')));
  if (raw.starts_with('/')) raw.remove_prefix(1);
  std::size_t next = 0;
  for (auto segment : split(raw, '/')) {
    if (next < path.segments.size()) path.segments[next++] = segment;
  }
  if (raw.find('%') == std::string_view::npos) return path;

  for (auto& segment : path.segments) {
    path.fault = decode_segment(segment, path, arena);
    if (path.fault != PathFault::none) break;
  }
  return path;
}

}  // namespace sluice::http
