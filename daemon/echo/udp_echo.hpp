#pragma once

#include <array>
#include <cstdint>

#include "base/rate.hpp"
#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"
#include "net/socket/address.hpp"

namespace sluice::echo {

/// Whether a datagram from `sender` may be answered by an echo service on port `own_port`. Not those that seem to come
/// from a system service (as inetd has it) or from another echo on this port: one forged datagram would run between the
/// two for ever.
bool may_answer(const net::Address& sender, std::uint16_t own_port);

/// Bounds how much each sender is answered, in a table of fixed size: senders that fall on the same place share what it
/// allows. So a loop with an echo service on any other port ends, too. One thread.
class SenderRates {
 public:
  explicit SenderRates(const Rate& rate);
  /// Counts a datagram at `now`, in milliseconds. False: it is one too many.
  bool take(const net::Address& sender, std::uint64_t now);

 private:
  Rate rate_;
  std::uint64_t seed_;  // so that nobody can choose whose place is taken
  std::array<RateMeter, 4096> meters_{};
};

/// The echo service on UDP (RFC 862): every datagram goes back to its sender. What the kernel does not take
/// at once is dropped, as datagrams may be. Owned by a worker; one thread.
class UdpEcho {
 public:
  /// Takes over the bound, non-blocking datagram socket `fd`. `rate`: what one address is answered.
  UdpEcho(net::Loop& loop, int fd, const Rate& rate);
  ~UdpEcho();
  UdpEcho(const UdpEcho&) = delete;
  UdpEcho& operator=(const UdpEcho&) = delete;

  const net::Address& local() const { return local_; }

 private:
  void on_readable();
  bool echo_one();

  net::Loop& loop_;
  int fd_;
  net::Address local_;
  SenderRates rates_;
  net::UvHandle<uv_poll_t> poll_;
};

}  // namespace sluice::echo
