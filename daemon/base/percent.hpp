#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Percent-coding of RFC 3986 §2.1.
namespace sluice {

/// Decodes every %XX once, into `to`, which has room for text.size() octets and may be text.data() itself.
/// Returns the number of octets written, or nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::size_t> percent_decode(std::string_view text, char* to);

/// The same for application/x-www-form-urlencoded text: '+' is a space, and a bad escape stays as it is, as
/// browsers and Python's parse_qs read it. Returns the number of octets written.
std::size_t form_decode(std::string_view text, char* to);

/// Appends `text` with everything but unreserved characters and those of `also_kept` as %XX. With "/" for paths.
void append_percent_encoded(std::string& out, std::string_view text, std::string_view also_kept = {});
std::string percent_encoded(std::string_view text, std::string_view also_kept = {});

}  // namespace sluice
