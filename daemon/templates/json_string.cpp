#include "templates/json_string.hpp"

#include <charconv>
#include <cstdint>

#include "base/utf8.hpp"

namespace sluice::templates {
namespace {

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

char plain_escape(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

/// Reads the \uXXXX that begins at `at`, or the pair of them that stands for one code point.
std::uint32_t read_code_point(std::string_view text, std::size_t& at) {
  auto high = hex4(text.substr(at + 2, 4));
  at += 6;
  bool is_high_surrogate = high >= 0xD800 && high < 0xDC00;
  if (!is_high_surrogate || text.substr(at, 2) != "\\u") return high;
  auto low = hex4(text.substr(at + 2, 4));
  if (low < 0xDC00 || low >= 0xE000) return high;
  at += 6;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace

std::string decode_json_string(std::string_view json) {
  if (json.size() < 2) return {};
  auto text = json.substr(1, json.size() - 2);
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    auto escape = std::min(text.find('\\', at), text.size());
    out += text.substr(at, escape - at);
    at = escape;
    if (at + 1 >= text.size()) break;
    if (text[at + 1] == 'u' && at + 6 <= text.size()) {
      append_utf8(out, read_code_point(text, at));
    } else {
      out += plain_escape(text[at + 1]);
      at += 2;
    }
  }
  return out;
}

}  // namespace sluice::templates
