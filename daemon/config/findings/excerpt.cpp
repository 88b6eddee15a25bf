#include "config/findings/excerpt.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/utf8.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t tab_width = 4;
constexpr std::size_t widest_line = 160;  // a longer one is cut…
constexpr std::size_t before_marks = 40;  // …so that this much is seen before the marks

struct Range {
  char32_t first, last;
};
// Characters that a terminal draws two columns wide (East Asian Width W and F, emoji), and those without
// width.
constexpr std::array<Range, 10> wide = {{{0x1100, 0x115F},
                                         {0x2E80, 0x303E},
                                         {0x3041, 0xA4CF},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE4F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 6> without_width = {
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}}};

template <std::size_t Count>
bool within(const std::array<Range, Count>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range r) { return c >= r.first && c <= r.last; });
}

/// The code point whose valid encoding is `octets`.
char32_t decoded(std::string_view octets) {
  auto lead = static_cast<unsigned char>(octets[0]);
  if (octets.size() == 1) return lead;
  auto c = static_cast<char32_t>(lead & (0xFFU >> (octets.size() + 1)));
  for (char octet : octets.substr(1)) c = (c << 6) | (static_cast<unsigned char>(octet) & 0x3FU);
  return c;
}

struct Glyph {
  std::string text;
  std::size_t width;
};

/// What is shown for the code point at the front of `text`, which is taken off it.
Glyph take_glyph(std::string_view& text) {
  auto step = static_cast<unsigned char>(text.front()) < 0x80 ? Utf8Step{1, true, false} : utf8_step(text);
  auto octets = text.substr(0, step.length);
  text.remove_prefix(step.length);
  if (octets == "\t") return {std::string(tab_width, ' '), tab_width};
  auto c = step.valid ? decoded(octets) : 0;
  bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E);  // bidi marks reorder lines
  if (control) return {std::string(replacement_character), 1};
  if (within(without_width, c)) return {std::string(octets), 0};
  return {std::string(octets), within(wide, c) ? 2U : 1U};
}

std::string_view line_of(const Source& source, std::uint32_t number) {
  std::string_view rest = source.text;
  for (std::uint32_t line = 1; line < number; ++line) {
    auto end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  return rest.substr(0, rest.find('\n'));
}

std::vector<Glyph> glyphs_of(std::string_view line) {
  std::vector<Glyph> glyphs;
  while (!line.empty()) glyphs.push_back(take_glyph(line));
  return glyphs;
}

}  // namespace

Excerpt excerpt_of(Span span, const Diagnostics& diagnostics) {
  auto glyphs = glyphs_of(line_of(diagnostics.sources[span.file], span.line));
  auto begin = std::min<std::size_t>(span.column - 1, glyphs.size());
  auto end = span.end_line == span.line ? span.end_column - 1U : glyphs.size();
  end = std::clamp(end, begin, glyphs.size());

  bool long_line = glyphs.size() > widest_line;
  auto first = long_line && begin > before_marks ? begin - before_marks : 0;
  auto last = long_line ? std::min(first + widest_line, glyphs.size()) : glyphs.size();
  Excerpt excerpt;
  excerpt.width = 0;
  if (first != 0) {
    excerpt.line = "…";
    excerpt.indent = 1;
  }
  for (auto i = first; i < last; ++i) {
    excerpt.line += glyphs[i].text;
    if (i < begin) excerpt.indent += glyphs[i].width;
    if (i >= begin && i < end) excerpt.width += glyphs[i].width;
  }
  if (last != glyphs.size()) excerpt.line += "…";
  excerpt.width = std::max<std::size_t>(excerpt.width, 1);
  return excerpt;
}

}  // namespace sluice::config
