#pragma once

#include <string>
#include <string_view>

namespace sluice::templates {

/// The text of a JSON string (RFC 8259 §7) given with its quotes. `json` is known to be well-formed; a lone
/// surrogate escape becomes U+FFFD.
std::string decode_json_string(std::string_view json);

}  // namespace sluice::templates
