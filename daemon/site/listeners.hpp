#pragma once

#include <vector>

#include "config/diagnostics.hpp"
#include "config/fields.hpp"
#include "net/address.hpp"
#include "rawecho/section.hpp"
#include "site/builder.hpp"

namespace sluice::site {

/// The type of keys that name one address to listen on.
config::Type<net::Endpoint> listen_address();

/// Reports an address of the server on which something else of the same config listens, too.
void check_listeners(const std::vector<config::Located<net::Endpoint>>& listen,
                     const std::vector<rawecho::Echo>& echoes, config::Diagnostics& diagnostics);

/// The listeners that endpoints have to themselves, each once; endpoints that name one place differently get the name
/// that came first. Reports those on which the server or an echo listens, too.
std::vector<config::Located<net::Endpoint>> find_own_listeners(
    std::vector<Endpoint>& endpoints, const std::vector<config::Located<net::Endpoint>>& listen,
    const std::vector<rawecho::Echo>& echoes, config::Diagnostics& diagnostics);

}  // namespace sluice::site
