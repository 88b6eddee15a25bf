#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// Appends two lower-case hexadecimal digits for every octet.
void append_hex(std::string& out, std::string_view octets);
std::string hex(std::string_view octets);

/// The octets that an even number of hexadecimal digits stands for.
std::optional<std::string> parse_hex(std::string_view digits);

}  // namespace sluice
