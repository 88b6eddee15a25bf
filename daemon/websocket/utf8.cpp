#include "websocket/utf8.hpp"

#include <cstring>

namespace sluice::websocket {
namespace {

/// Octets at the begin of `text` that are ASCII, counted in blocks: may be fewer than there are.
std::size_t ascii_blocks(std::string_view text) {
  constexpr std::uint64_t high = 0x8080808080808080u;
  std::size_t at = 0;
  for (; text.size() - at >= 32; at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, text.data() + at, 32);
    if (((words[0] | words[1] | words[2] | words[3]) & high) != 0) return at;
  }
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & high) != 0) return at;
  }
  return at;
}

}  // namespace

bool Utf8Check::add(std::string_view piece) {
  while (!piece.empty()) {
    if (missing_ == 0) piece.remove_prefix(ascii_blocks(piece));
    auto some = piece.substr(0, 32);  // then look for a run of ASCII again
    for (auto octet : some) {
      if (!add_octet(static_cast<unsigned char>(octet))) return false;
    }
    piece.remove_prefix(some.size());
  }
  return true;
}

bool Utf8Check::add_octet(unsigned char octet) {
  if (missing_ != 0) {
    if (octet < least_ || octet > most_) return false;
    --missing_;
    least_ = 0x80;
    most_ = 0xbf;
    return true;
  }
  if (octet < 0x80) return true;
  if (octet < 0xc2 || octet > 0xf4) return false;
  missing_ = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
  // RFC 3629 §4: these lead octets bound the octet after them.
  if (octet == 0xe0) least_ = 0xa0;
  if (octet == 0xed) most_ = 0x9f;
  if (octet == 0xf0) least_ = 0x90;
  if (octet == 0xf4) most_ = 0x8f;
  return true;
}

bool is_utf8(std::string_view text) {
  Utf8Check check;
  return check.add(text) && check.complete();
}

}  // namespace sluice::websocket
