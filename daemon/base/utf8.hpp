#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.hpp"

/// UTF-8 as RFC 3629 and the Unicode standard define it: shortest forms only, no surrogates, up to U+10FFFF.
namespace sluice {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

/// How many octets at the front of `text` are ASCII.
std::size_t ascii_prefix(std::string_view text);

/// Checks a text that arrives in pieces, and knows at the first octet that cannot stand where it stands. A value of
/// three octets.
class Utf8Check {
 public:
  /// False as soon as the text, from its begin, can no longer become valid.
  bool add(std::string_view piece);
  bool add_octet(unsigned char octet);
  /// Whether the text may end here: not inside a character.
  bool complete() const { return missing_ == 0; }

 private:
  std::uint8_t missing_ = 0;                 // continuation octets still to come
  std::uint8_t least_ = 0x80, most_ = 0xBF;  // bounds of the next one
};

bool valid_utf8(std::string_view text);

/// What stands at the front of a text that does not begin with ASCII.
struct Utf8Step {
  /// Of the sequence, or, when not valid, of its maximal subpart (Unicode §3.9, U+FFFD substitution).
  std::size_t length;
  bool valid;
  bool truncated;  // not valid only because the text ends too early
};
/// `text` is not empty.
Utf8Step utf8_step(std::string_view text);

/// Appends `text` with every maximal invalid part as one U+FFFD, as Python's errors="replace" does.
void append_valid_utf8(std::string& out, std::string_view text);
/// The same as a view: `text` itself where it is valid, else a repaired copy in `arena`.
std::string_view to_valid_utf8(std::string_view text, Arena& arena);

/// Appends a code point; what is none (surrogates, too large) becomes U+FFFD.
void append_utf8(std::string& out, std::uint32_t code_point);

/// The number of code points in a valid text.
std::size_t count_code_points(std::string_view text);

}  // namespace sluice
