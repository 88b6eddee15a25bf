#pragma once

#include <optional>

#include "base/error.hpp"
#include "net/protocol.hpp"
#include "net/socket/address.hpp"

namespace sluice::net {

/// Why a socket could not be made to listen.
struct ListenError {
  int code = 0;         // errno
  std::string message;  // names the address, the cause and the remedy
};

/// Sets what accepted sockets inherit from the listening TCP socket `fd`: TCP_NODELAY, and that the kernel takes little
/// more than 256 KiB which it cannot send yet (TCP_NOTSENT_LOWAT). Else it takes up to 4 MiB (net.ipv4.tcp_wmem), and a
/// thousand peers that never read bring the machine's TCP down to its last memory (net.ipv4.tcp_mem). Does nothing to
/// sockets of other kinds.
void prepare_for_accepting(int fd);
/// Lets the kernel take as much as it likes: fewer system calls, for a peer that was seen to read.
void let_kernel_take_more(int fd);
/// Lets the kernel ask a silent TCP peer now and then whether it is still there: the socket has an error once it is
/// not.
void probe_peer(int fd);

/// What the kernel knows of the octets that it has taken for the TCP socket `fd`; nothing for others.
std::optional<Transport::Delivery> delivery_of(int fd);

/// A listening TCP or Unix stream socket, non-blocking, prepared for accepting. With
/// `share` several sockets may listen on the address (SO_REUSEPORT), one for each worker. A stale Unix
/// socket file that nobody listens on is replaced.
std::expected<int, ListenError> listen_on(const Endpoint& endpoint, bool share);

/// Gives the file of a Unix socket the mode and the group that `endpoint` asks for, if it does.
std::expected<void, ListenError> set_permissions(const Endpoint& endpoint);

/// A bound UDP socket, non-blocking.
std::expected<int, ListenError> bind_datagram(const Endpoint& endpoint, bool share);

/// The address to which a socket is bound (with the port that the kernel chose).
Address local_address(int fd);

}  // namespace sluice::net
