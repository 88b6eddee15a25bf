#include "base/hex.hpp"

#include "base/text.hpp"

namespace sluice {

void append_hex(std::string& out, std::string_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (char c : octets) {
    auto octet = static_cast<unsigned char>(c);
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
}

std::string hex(std::string_view octets) {
  std::string out;
  out.reserve(octets.size() * 2);
  append_hex(out, octets);
  return out;
}

std::optional<std::string> parse_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string octets;
  octets.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    int high = hex_value(digits[i]), low = hex_value(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    octets += static_cast<char>(high << 4 | low);
  }
  return octets;
}

}  // namespace sluice
