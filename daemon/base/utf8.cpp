#include "base/utf8.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace sluice {

std::size_t ascii_prefix(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t at = 0;
  for (; at + 32 <= text.size(); at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, text.data() + at, 32);
    if ((words[0] | words[1] | words[2] | words[3]) & high_bits) break;
  }
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (word & high_bits) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

bool Utf8Check::add_octet(unsigned char octet) {
  if (missing_ != 0) {
    if (octet < least_ || octet > most_) return false;
    --missing_;
    least_ = 0x80;
    most_ = 0xBF;
    return true;
  }
  if (octet < 0x80) return true;
  if (octet < 0xC2 || octet > 0xF4) return false;
  missing_ = octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
  // The second octet has a narrower range after E0, ED, F0 and F4 (RFC 3629 §4); the others are 80..BF.
  if (octet == 0xE0) least_ = 0xA0;
  if (octet == 0xED) most_ = 0x9F;
  if (octet == 0xF0) least_ = 0x90;
  if (octet == 0xF4) most_ = 0x8F;
  return true;
}

bool Utf8Check::add(std::string_view piece) {
  constexpr std::size_t stride = 32;  // octets after which a run of ASCII is looked for again
  while (!piece.empty()) {
    if (missing_ == 0) piece.remove_prefix(ascii_prefix(piece));
    auto some = piece.substr(0, stride);
    for (char c : some) {
      if (!add_octet(static_cast<unsigned char>(c))) return false;
    }
    piece.remove_prefix(some.size());
  }
  return true;
}

Utf8Step utf8_step(std::string_view text) {
  Utf8Check check;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!check.add_octet(static_cast<unsigned char>(text[i]))) return {std::max<std::size_t>(i, 1), false, false};
    if (check.complete()) return {i + 1, true, false};
  }
  return {text.size(), false, true};
}

bool valid_utf8(std::string_view text) {
  Utf8Check check;
  return check.add(text) && check.complete();
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
