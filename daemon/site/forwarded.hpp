#pragma once

#include "http/exchange.hpp"
#include "net/socket/network.hpp"

namespace sluice::site {

/// If the peer of a request is one of the `trusted` proxies: takes the client, the scheme and the host from Forwarded
/// (RFC 7239), or else from X-Forwarded-For, -Proto and -Host. Each proxy appends its own peer, so the list is read
/// from its end, up to the first address that is not trusted. Anything before that may be written by the client.
/// Returns false and takes nothing if Forwarded and X-Forwarded-For name different clients: most proxies write one of
/// them and pass on the other one as it came.
bool take_forwarded(http::Exchange& exchange, const net::Networks& trusted);

}  // namespace sluice::site
