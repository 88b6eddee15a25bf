#pragma once

#include <uv.h>

#include <cstdint>

namespace sluice::net {

class Loop;

/// What a descriptor can be ready for; values may be combined.
enum Readiness : std::uint8_t {
  readable = UV_READABLE,
  writable = UV_WRITABLE,
  peer_ended = UV_DISCONNECT,  // the peer has ended its sending side
  broken = UV_PRIORITIZED,     // nothing else is waited for, and the connection has failed
  failed = 16,                 // the descriptor has an error; always reported
};

/// Is told when its descriptor is ready.
class Watcher {
 public:
  /// `events` is a set of Readiness.
  virtual void on_ready(int events) = 0;

 protected:
  ~Watcher() = default;
};

/// Watches one descriptor for its Watcher, by a uv_poll_t that exists from the first wait_for() until stop(). After
/// stop() nothing more is told, not even an event of the same turn, and the descriptor may be closed. One thread.
class Watch {
 public:
  Watch() = default;
  ~Watch() { stop(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// From the next turn on waits for `events` of `fd`, which stays the same and must be non-blocking. No events at all
  /// stand for `broken`. False when the kernel has no room for another watched descriptor.
  bool wait_for(Loop& loop, int fd, int events, Watcher& watcher);
  void stop();
  bool active() const { return handle_ != nullptr; }

 private:
  static void on_poll(uv_poll_t* handle, int status, int events);

  uv_poll_t* handle_ = nullptr;
};

}  // namespace sluice::net
