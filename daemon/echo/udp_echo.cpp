#include "echo/udp_echo.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "net/socket/socket.hpp"

namespace sluice::echo {
namespace {

/// So many datagrams in one event; then others have their turn.
constexpr int datagrams_per_event = 64;

void set_option(int fd, int level, int option) {
  int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

/// The answer must leave from the address that was asked, which on a wildcard socket only the kernel knows:
/// the control message that told it is handed back, without the interface, so that routing stays the
/// kernel's.
void forget_interface(msghdr& message) {
  for (auto* control = CMSG_FIRSTHDR(&message); control; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      info.ipi_ifindex = 0;
      std::memcpy(CMSG_DATA(control), &info, sizeof info);
    }
  }
}

/// The address, of IPv6 the /64.
std::uint64_t network_of(const net::Address& address) {
  if (address.family() == AF_INET) return reinterpret_cast<const sockaddr_in*>(address.raw())->sin_addr.s_addr;
  const auto& whole = reinterpret_cast<const sockaddr_in6*>(address.raw())->sin6_addr;
  std::uint64_t half = 0;
  // An IPv4 address that is mapped to IPv6 lies in the other half.
  std::memcpy(&half, whole.s6_addr + (IN6_IS_ADDR_V4MAPPED(&whole) ? 8 : 0), sizeof half);
  return half;
}

}  // namespace

bool may_answer(const net::Address& sender, std::uint16_t own_port) {
  constexpr std::uint16_t first_port_of_users = 1024;
  return sender.port() >= first_port_of_users && sender.port() != own_port;
}

SenderRates::SenderRates(const Rate& rate) : rate_(rate), seed_(std::random_device()()) {}

bool SenderRates::take(const net::Address& sender, std::uint64_t now) {
  auto place = (network_of(sender) ^ seed_) * 0x9E3779B97F4A7C15u >> 52;  // Fibonacci hashing: the upper 12 bits
  return meters_[place].take(rate_, now);
}

UdpEcho::UdpEcho(net::Loop& loop, int fd, const Rate& rate)
    : loop_(loop), fd_(fd), local_(net::local_address(fd)), rates_(rate) {
  set_option(fd_, IPPROTO_IP, IP_PKTINFO);
  if (local_.family() == AF_INET6) set_option(fd_, IPPROTO_IPV6, IPV6_RECVPKTINFO);
  uv_poll_init(loop_.raw(), poll_.get(), fd_);
  poll_.get()->data = this;
  uv_poll_start(poll_.get(), UV_READABLE, [](uv_poll_t* poll, int, int) {
    if (auto* self = static_cast<UdpEcho*>(poll->data)) self->on_readable();
  });
}

UdpEcho::~UdpEcho() {
  uv_poll_stop(poll_.get());
  ::close(fd_);
}

void UdpEcho::on_readable() {
  for (int i = 0; i < datagrams_per_event && echo_one(); ++i) {
  }
}

/// Receives and answers one datagram. False when there is none.
bool UdpEcho::echo_one() {
  auto buffer = loop_.read_buffer();
  iovec payload{buffer.data(), buffer.size()};
  sockaddr_storage sender{};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(in6_pktinfo))];
  msghdr message{};
  message.msg_name = &sender;
  message.msg_namelen = sizeof sender;
  message.msg_iov = &payload;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;

  auto received = ::recvmsg(fd_, &message, 0);
  if (received < 0) return false;
  net::Address from(reinterpret_cast<sockaddr*>(&sender));
  if (!may_answer(from, local_.port()) || !rates_.take(from, loop_.now())) return true;
  payload.iov_len = static_cast<std::size_t>(received);
  message.msg_flags = 0;
  forget_interface(message);
  ::sendmsg(fd_, &message, MSG_NOSIGNAL);
  return true;
}

}  // namespace sluice::echo
