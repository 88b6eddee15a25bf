#pragma once

#include <vector>

#include "config/diagnostics.hpp"
#include "net/address.hpp"
#include "rawecho/section.hpp"

namespace sluice::site {

/// Reports an address of the server on which something else of the same config listens, too.
void check_listeners(const std::vector<config::Located<net::Endpoint>>& listen,
                     const std::vector<rawecho::Echo>& echoes, config::Diagnostics& diagnostics);

}  // namespace sluice::site
