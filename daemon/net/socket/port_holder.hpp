#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "net/socket/address.hpp"

namespace sluice::net {

/// The inode of the socket in `table` that keeps `wanted` from being bound; empty when there is none. `table`
/// is the text of /proc/net/tcp, tcp6, udp or udp6 (proc(5)); of TCP, sockets that listen count.
std::string_view holder_inode(std::string_view table, const Address& wanted, bool datagrams);

/// A process that holds an address.
struct PortHolder {
  std::string name;  // "`nginx`"
  pid_t process = 0;
};

/// Who holds the address that could not be bound. Nobody when /proc does not tell, as under ProtectProc= or for another
/// user's process.
PortHolder port_holder(const Address& wanted, bool datagrams);

}  // namespace sluice::net
