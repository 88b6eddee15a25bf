#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice::templates {

/// The zero of every run of ten decimal digits (general category Nd) outside ASCII, Unicode 14.
inline constexpr auto unicode_zeros = std::to_array<std::uint32_t>({
    0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,  0x0BE6,  0x0C66,  0x0CE6,  0x0D66,  0x0DE6,
    0x0E50,  0x0ED0,  0x0F20,  0x1040,  0x1090,  0x17E0,  0x1810,  0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,
    0x1C40,  0x1C50,  0xA620,  0xA8D0,  0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50,
    0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
});

/// The value 0 … 9 of a decimal digit outside ASCII, or -1.
constexpr int unicode_digit(std::uint32_t code_point) {
  const auto* after = std::ranges::upper_bound(unicode_zeros, code_point);
  if (after == unicode_zeros.begin()) return -1;
  auto distance = code_point - *(after - 1);
  return distance < 10 ? static_cast<int>(distance) : -1;
}

/// White space outside ASCII (White_Space property, as Python's str.isspace).
constexpr bool is_unicode_space(std::uint32_t code_point) {
  return code_point == 0x85 || code_point == 0xA0 || code_point == 0x1680 ||
         (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x2028 || code_point == 0x2029 ||
         code_point == 0x202F || code_point == 0x205F || code_point == 0x3000;
}

}  // namespace sluice::templates
