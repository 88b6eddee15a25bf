#include "templates/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "templates/unicode_digits.hpp"

namespace sluice::templates {
namespace {

/// sys.int_info.default_max_str_digits: bounds what a client can make us copy.
constexpr std::size_t most_digits = 4300;

constexpr bool is_python_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view strip(std::string_view text) {
  while (!text.empty() && is_python_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_python_space(text.back())) text.remove_suffix(1);
  return text;
}

std::uint32_t code_point_of(std::string_view sequence) {
  auto octet = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i])); };
  auto code = octet(0) & (0xFFu >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) code = code << 6 | (octet(i) & 0x3F);
  return code;
}

/// `text` with every decimal digit and white space of Unicode as its ASCII counterpart, and without the white
/// space around it; nothing when other characters outside ASCII are in it.
std::optional<std::string_view> to_ascii(std::string_view text, Arena& arena) {
  if (ascii_prefix(text) == text.size()) return strip(text);
  auto ascii = arena.array<char>(text.size());
  std::size_t size = 0;
  while (!text.empty()) {
    auto step = utf8_step(text);
    if (!step.valid) return std::nullopt;
    if (step.length == 1) {
      ascii[size++] = text.front();
    } else {
      auto code_point = code_point_of(text.substr(0, step.length));
      int digit = unicode_digit(code_point);
      if (digit < 0 && !is_unicode_space(code_point)) return std::nullopt;
      ascii[size++] = digit < 0 ? ' ' : static_cast<char>('0' + digit);
    }
    text.remove_prefix(step.length);
  }
  return strip({ascii.data(), size});
}

/// Takes the digits off the front of `text`, with single underscores between them; returns how many digits.
std::size_t skip_digits(std::string_view& text) {
  std::size_t count = 0;
  while (!text.empty()) {
    if (is_digit(text.front())) {
      ++count;
      text.remove_prefix(1);
    } else if (count > 0 && text.size() > 1 && text.front() == '_' && is_digit(text[1])) {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  return count;
}

void skip_sign(std::string_view& text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
}

bool has_float_grammar(std::string_view text) {
  skip_sign(text);
  auto digits = skip_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += skip_digits(text);
  }
  if (digits == 0) return false;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    skip_sign(text);
    if (skip_digits(text) == 0) return false;
  }
  return text.empty();
}

/// The text without underscores and plus sign, ended by NUL.
const char* plain_copy(std::string_view text, Arena& arena) {
  auto copy = arena.array<char>(text.size() + 1);
  std::size_t size = 0;
  for (char c : text) {
    if (c != '_') copy[size++] = c;
  }
  copy[size] = '\0';
  return copy.data();
}

}  // namespace

std::optional<std::string_view> parse_python_integer(std::string_view text, Arena& arena) {
  auto ascii = to_ascii(text, arena);
  if (!ascii) return std::nullopt;
  auto rest = *ascii;
  bool negative = rest.starts_with('-');
  skip_sign(rest);
  auto written = rest;
  auto count = skip_digits(rest);
  if (count == 0 || count > most_digits || !rest.empty()) return std::nullopt;

  auto first = written.find_first_not_of("0_");
  if (first == std::string_view::npos) return "0";
  auto significant = written.substr(first);
  bool has_underscores = count != written.size();
  if (!has_underscores && !negative) return significant;
  if (!has_underscores && first == 0) return ascii;

  auto canonical = arena.array<char>(significant.size() + 1);
  std::size_t size = 0;
  if (negative) canonical[size++] = '-';
  for (char c : significant) {
    if (c != '_') canonical[size++] = c;
  }
  return std::string_view(canonical.data(), size);
}

std::optional<double> parse_python_float(std::string_view text, Arena& arena) {
  auto ascii = to_ascii(text, arena);
  if (!ascii || !has_float_grammar(*ascii)) return std::nullopt;
  double value = std::strtod(plain_copy(*ascii, arena), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::string python_repr(double value) {
  std::array<char, 32> buffer;
  auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific).ptr;
  std::string_view written(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  auto e = written.find('e');
  std::string digits(written.substr(0, e));
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  int exponent = std::atoi(std::string(written.substr(e + 1)).c_str());

  std::string out = std::signbit(value) ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    out += digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "");
    out += written.substr(e);  // both write at least two digits of exponent
  } else if (exponent < 0) {
    out += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else {
    auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) digits.append(whole - digits.size() + 1, '0');
    out += digits.insert(whole, ".");
  }
  return out;
}

}  // namespace sluice::templates
