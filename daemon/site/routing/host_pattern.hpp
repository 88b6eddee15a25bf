#pragma once

#include <string>

#include "config/fields/fields.hpp"

namespace sluice::site {

/// The type of `host` in the config language: the name of a host, or "*." and a name for all names below it; one or
/// several. A scheme, a port, a path or a star elsewhere is reported.
config::Type<std::vector<config::Located<std::string>>> host_patterns();

/// The pattern in lower case, or what is wrong with it.
Result<std::string> parse_host_pattern(const std::string& text);

}  // namespace sluice::site
