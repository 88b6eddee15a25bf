#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "net/connections.hpp"
#include "net/loop/handle.hpp"
#include "net/socket/address.hpp"

namespace sluice::net {

/// Accepts connections on one socket and gives each its protocol. At the limit of connections or descriptors it
/// pauses instead of spinning; waiting peers stay in the kernel's backlog. Owned by a worker; one thread.
class Listener final : private Watcher {
 public:
  /// Null: memory is short, and the connection may not stay.
  using MakeProtocol = std::function<std::unique_ptr<Protocol>()>;
  /// Says that accepting had to stop, with errno (EMFILE …); at most once a minute.
  using OnTrouble = std::function<void(int code)>;

  /// Takes over the listening, non-blocking socket `fd`. `refusal` is constant text for peers that may not stay.
  Listener(Connections& connections, int fd, MakeProtocol make_protocol, OnTrouble on_trouble,
           std::string_view refusal = {});
  ~Listener();

  const Address& local() const { return *local_; }
  int fd() const { return fd_; }
  /// Tries again after a connection has gone.
  void resume();

 private:
  void on_ready(int events) override;
  void wait();
  void accept_some();
  void take(int fd, const Address& peer);
  void turn_away(int fd);
  void pause(std::chrono::milliseconds retry);
  void report(int code);

  Connections& connections_;
  Watch watch_;
  int fd_;
  const Address* local_;  // kept by Connections, because connections outlive their listener
  MakeProtocol make_protocol_;
  OnTrouble on_trouble_;
  std::string_view refusal_;
  UvHandle<uv_timer_t> retry_;
  bool paused_ = false;
  int accepts_ = 1;      // at most, in the next event
  int busy_events_ = 0;  // that found as many connections as they could accept, in a row
  std::uint64_t reported_ = 0;
};

}  // namespace sluice::net
