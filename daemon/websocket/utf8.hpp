#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::websocket {

/// Checks UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF) as it arrives in pieces
/// and knows at the first octet that cannot stand where it stands. A value of three octets.
class Utf8Check {
 public:
  /// False as soon as the text, from its begin, can no longer become valid.
  bool add(std::string_view piece);
  /// Whether the text may end here: not inside a character.
  bool complete() const { return missing_ == 0; }

 private:
  bool add_octet(unsigned char octet);

  std::uint8_t missing_ = 0;                 // continuation octets still to come
  std::uint8_t least_ = 0x80, most_ = 0xbf;  // bounds of the next one
};

bool is_utf8(std::string_view text);

}  // namespace sluice::websocket
