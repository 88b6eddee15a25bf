#pragma once

#include <chrono>

#include "net/protocol.hpp"

namespace sluice::echo {

/// The echo service on TCP (RFC 862): every octet comes back, in order, until the client ends its side. Owned
/// by its connection. One thread.
class TcpEcho final : public net::Protocol {
 public:
  /// A connection on which nothing arrives for `idle` is closed.
  explicit TcpEcho(std::chrono::milliseconds idle);
  ~TcpEcho() override;

  void on_open(net::Transport& transport) override;
  void on_bytes(std::span<char> bytes) override;
  void on_eof() override;
  void on_writable() override;
  void on_deadline() override;
  void drain() override;

 private:
  net::Transport* transport_ = nullptr;
  std::chrono::milliseconds idle_;
  bool paused_ = false;
};

}  // namespace sluice::echo
