#pragma once

#include <vector>

#include "config/fields/fields.hpp"
#include "config/findings/diagnostics.hpp"
#include "echo/section.hpp"
#include "net/socket/address.hpp"
#include "site/builder.hpp"

namespace sluice::site {

/// The type of keys that name one address to listen on: a string, or a table with the mode and group of a Unix socket.
/// Relative paths of Unix sockets start at the folder of the config file.
config::Type<net::Endpoint> listen_address();

/// The listeners that endpoints have to themselves, each once; endpoints that name one place differently get the name
/// that came first.
std::vector<config::Located<net::Endpoint>> find_own_listeners(std::vector<Endpoint>& endpoints);

/// Reports listeners of which the kernel would refuse the second: those with the same address, and a wildcard
/// beside an address that it includes. The wildcards of IPv4 and IPv6 go together: that of IPv6 then leaves IPv4 alone.
void settle_listeners(std::vector<config::Located<net::Endpoint>>& listen,
                      std::vector<config::Located<net::Endpoint>>& own, std::vector<echo::Echo>& echoes,
                      config::Diagnostics& diagnostics);

}  // namespace sluice::site
