#include "http/path.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/percent.hpp"
#include "base/utf8.hpp"

namespace sluice::http {

namespace {

/// What an octet of a path means for its splitting.
enum : std::uint8_t { slash = 1, escape = 2, high = 4 };
constexpr std::array<std::uint8_t, 256> marks = [] {
  std::array<std::uint8_t, 256> table{};
  table['/'] = slash;
  table['%'] = escape;
  for (std::size_t c = 0x80; c < 0x100; ++c) table[c] = high;
  return table;
}();

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
  std::size_t slashes = 0;
  std::uint8_t seen = 0;
  for (char c : raw) {
    auto mark = marks[static_cast<unsigned char>(c)];
    slashes += mark & slash;
    seen |= mark;
  }
  if ((seen & high) && !valid_utf8(raw)) {
    path.fault = PathFault::not_utf8;
    return path;
  }
  path.segments = arena.array<std::string_view>(slashes);
  if (raw.starts_with('/')) raw.remove_prefix(1);
  for (auto& segment : path.segments) {
    segment = raw.substr(0, raw.find('/'));
    raw.remove_prefix(std::min(segment.size() + 1, raw.size()));
  }
  if (!(seen & escape)) return path;

  for (auto& segment : path.segments) {
    path.fault = decode_segment(segment, path, arena);
    if (path.fault != PathFault::none) break;
  }
  return path;
}

}  // namespace sluice::http
