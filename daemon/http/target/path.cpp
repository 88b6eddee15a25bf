#include "http/target/path.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/percent.hpp"
#include "base/text.hpp"
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
  path.has_nul |= segment.find('\0') != std::string_view::npos;
  path.has_slash |= segment.find('/') != std::string_view::npos;
  return valid_utf8(segment) ? PathFault::none : PathFault::not_utf8;
}

}  // namespace

std::string_view without_dot_segments(std::string_view raw, Arena& arena) {
  if (raw.find("/.") == std::string_view::npos) return raw;
  auto room = arena.array<char>(raw.size());
  std::size_t size = 0;
  for (std::size_t begin = 0, end; begin < raw.size(); begin = end) {
    end = std::min(raw.find('/', begin + 1), raw.size());
    auto segment = raw.substr(begin, end - begin);  // with the slash before it
    bool up = segment == "/..";
    if (up) size = std::max<std::size_t>(std::string_view(room.data(), size).rfind('/') + 1, 1) - 1;
    bool dotted = up || segment == "/.";
    if (dotted && end < raw.size()) continue;
    if (dotted) segment = "/";  // what it leads to is a folder
    segment.copy(room.data() + size, segment.size());
    size += segment.size();
  }
  return size == raw.size() ? raw : std::string_view(room.data(), size);
}

SplitPath split_path(std::string_view raw, Arena& arena) {
  SplitPath path;
  std::array<std::uint32_t, 16> ends;  // of the first segments, which are all there are as a rule
  std::size_t slashes = 0;
  std::uint8_t seen = 0;
  for (std::uint32_t i = 0; i < raw.size(); ++i) {
    auto mark = marks[static_cast<unsigned char>(raw[i])];
    if (mark == 0) continue;
    if (mark == slash && slashes++ < ends.size()) ends[slashes - 1] = i;
    seen |= mark;
  }
  if ((seen & high) && !valid_utf8(raw)) path.fault = PathFault::not_utf8;
  path.segments = arena.array<std::string_view>(slashes);
  for (std::size_t i = 0, begin = 1; i < slashes; ++i) {
    std::size_t end = i + 1 < std::min(slashes, ends.size()) ? ends[i + 1] : std::min(raw.find('/', begin), raw.size());
    path.segments[i] = raw.substr(begin, end - begin);
    begin = end + 1;
  }
  path.escaped = (seen & escape) != 0;
  if (!path.escaped) return path;

  for (auto& segment : path.segments) {
    auto fault = decode_segment(segment, path, arena);
    if (fault != PathFault::none) path.fault = fault;
    if (fault == PathFault::bad_escape) break;
  }
  return path;
}

}  // namespace sluice::http
