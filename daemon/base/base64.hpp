#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// RFC 4648 §4, with padding.
std::string base64(std::string_view octets);
/// RFC 4648 §5: the alphabet for URLs and file names, without padding.
std::string base64_url(std::string_view octets);

/// Decodes the alphabet of §4, padding required, unused bits zero: exactly one text stands for each value.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace sluice
