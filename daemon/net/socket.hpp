#pragma once

#include "base/error.hpp"
#include "net/address.hpp"

namespace sluice::net {

/// Why a socket could not be made to listen.
struct ListenError {
  int code = 0;         // errno
  std::string message;  // names the address, the cause and the remedy
};

/// A listening TCP or Unix stream socket, non-blocking, with TCP_NODELAY (accepted sockets inherit it). With
/// `share` several sockets may listen on the address (SO_REUSEPORT), one for each worker. A stale Unix
/// socket file that nobody listens on is replaced.
std::expected<int, ListenError> listen_on(const Endpoint& endpoint, bool share);

/// A bound UDP socket, non-blocking.
std::expected<int, ListenError> bind_datagram(const Endpoint& endpoint, bool share);

/// The address to which a socket is bound (with the port that the kernel chose).
Address local_address(int fd);

}  // namespace sluice::net
