#pragma once

#include "http/exchange.hpp"
#include "net/socket/network.hpp"

namespace sluice::site {

/// If the peer of a request is one of the `trusted` proxies, takes the client's address, the scheme and the host from
/// Forwarded (RFC 7239), or else from X-Forwarded-For, -Proto and -Host. Each proxy appends the address of its own
/// peer. So the list is read from its end up to the first address that is not trusted. Everything before that may be
/// forged.
void take_forwarded(http::Exchange& exchange, const net::Networks& trusted);

}  // namespace sluice::site
