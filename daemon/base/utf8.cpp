#include "base/utf8.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace sluice {

std::size_t ascii_prefix(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (word & high_bits) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

Utf8Step utf8_step(std::string_view text) {
  auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto first = octet(0);
  if (first < 0x80) return {1, true, false};
  if (first < 0xC2 || first > 0xF4) return {1, false, false};

  std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // The second octet has a narrower range after E0, ED, F0 and F4 (RFC 3629 §4); the others are 80..BF.
  unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size()) return {i, false, true};
    if (octet(i) < least || octet(i) > most) return {i, false, false};
    least = 0x80;
    most = 0xBF;
  }
  return {length, true, false};
}

bool valid_utf8(std::string_view text) {
  for (;;) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) return true;
    do {
      auto step = utf8_step(text);
      if (!step.valid) return false;
      text.remove_prefix(step.length);
    } while (!text.empty() && static_cast<unsigned char>(text.front()) >= 0x80);
  }
}

void append_valid_utf8(std::string& out, std::string_view text) {
  while (!text.empty()) {
    auto plain = ascii_prefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    auto step = utf8_step(text);
    out += step.valid ? text.substr(0, step.length) : replacement_character;
    text.remove_prefix(step.length);
  }
}

std::string_view to_valid_utf8(std::string_view text, Arena& arena) {
  if (valid_utf8(text)) return text;
  std::string repaired;
  append_valid_utf8(repaired, text);
  return arena.copy(repaired);
}

void append_utf8(std::string& out, std::uint32_t code) {
  auto add = [&](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if ((code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) {
    out += replacement_character;
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace sluice
