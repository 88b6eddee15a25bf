#include "base/percent.hpp"

#include "base/text.hpp"

namespace sluice {

namespace {

/// The octet of the escape that begins at text[at], or -1.
int escape_at(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

}  // namespace

std::optional<std::size_t> percent_decode(std::string_view text, char* to) {
  char* end = to;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      int octet = escape_at(text, at);
      if (octet < 0) return std::nullopt;
      c = static_cast<char>(octet);
      at += 2;
    }
    *end++ = c;
  }
  return static_cast<std::size_t>(end - to);
}

std::size_t form_decode(std::string_view text, char* to) {
  char* end = to;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    int octet = c == '%' ? escape_at(text, at) : -1;
    if (octet >= 0) {
      c = static_cast<char>(octet);
      at += 2;
    } else if (c == '+') {
      c = ' ';
    }
    *end++ = c;
  }
  return static_cast<std::size_t>(end - to);
}

void append_percent_encoded(std::string& out, std::string_view text, std::string_view also_kept) {
  constexpr std::string_view digits = "0123456789ABCDEF";  // upper case: RFC 3986 §2.1
  for (char c : text) {
    if (is_unreserved(c) || also_kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += digits[octet >> 4];
      out += digits[octet & 15];
    }
  }
}

std::string percent_encoded(std::string_view text, std::string_view also_kept) {
  std::string out;
  append_percent_encoded(out, text, also_kept);
  return out;
}

}  // namespace sluice
