#pragma once

#include "http/exchange.hpp"

namespace sluice::http {

/// Adds the field Server-Timing (W3C): the time in milliseconds from the end of the request's head, which
/// `exchange.started` says, until now. It lies in the exchange's arena.
void add_server_timing(Exchange& exchange, Response& response);

}  // namespace sluice::http
