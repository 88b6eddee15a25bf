#pragma once

#include "http/exchange.hpp"
#include "net/socket/network.hpp"

namespace sluice::site {

/// Where the peer of a request is one of the `trusted` proxies: takes from Forwarded (RFC 7239), or else from
/// X-Forwarded-For, -Proto and -Host, who the client is, by which scheme it came and for which host. Each proxy appends
/// who its own peer was; so the list is read from its end, up to the first that is not trusted. What stands before it
/// anybody may have written.
void take_forwarded(http::Exchange& exchange, const net::Networks& trusted);

}  // namespace sluice::site
