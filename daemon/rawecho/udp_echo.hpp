#pragma once

#include <cstdint>

#include "net/address.hpp"
#include "net/handle.hpp"
#include "net/loop.hpp"

namespace sluice::rawecho {

/// Whether a datagram from `sender` may be answered by an echo service on port `own_port`. Not those that
/// seem to come from a service that would answer the answer (echo, daytime, qotd, chargen, time, or another
/// of us): one forged datagram would run between the two for ever.
bool may_answer(const net::Address& sender, std::uint16_t own_port);

/// The echo service on UDP (RFC 862): every datagram goes back to its sender. What the kernel does not take
/// at once is dropped, as datagrams may be. Owned by a worker; one thread.
class UdpEcho {
 public:
  /// Takes over the bound, non-blocking datagram socket `fd`.
  UdpEcho(net::Loop& loop, int fd);
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
  net::UvHandle<uv_poll_t> poll_;
};

}  // namespace sluice::rawecho
