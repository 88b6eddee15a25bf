// The kernel's header knows more of a socket than the C library's netinet/tcp.h, and does not go with it.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/socket/socket.hpp"

namespace sluice::net {

std::optional<Transport::Delivery> delivery_of(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  int waiting = 0;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || ::ioctl(fd, SIOCOUTQ, &waiting) != 0) return {};
  return Transport::Delivery{info.tcpi_bytes_acked, static_cast<std::uint64_t>(waiting)};
}

}  // namespace sluice::net
