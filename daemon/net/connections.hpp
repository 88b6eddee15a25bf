#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/counter.hpp"
#include "net/connection.hpp"
#include "net/loop/loop.hpp"
#include "net/loop/timer.hpp"
#include "net/socket/admission.hpp"
#include "net/socket/network.hpp"

namespace sluice::net {

/// What all connections of a worker have in common.
struct ConnectionLimits {
  std::size_t connections = 0;              // at once; 0: no limit of its own
  std::chrono::milliseconds write_idle{};   // a peer that takes nothing for this long is dropped
  std::chrono::milliseconds file_idle{};    // so is one for which a file system has nothing for this long; 0: none
  Admission* admission = nullptr;           // asked about every new connection; null: all may come
  std::shared_ptr<const Networks> proxies;  // whose own connections it does not count; null: none
  std::chrono::milliseconds linger{2000};   // how long a closing connection waits for the peer's end
};

/// The connections of one worker: owns them, sweeps their deadlines about once a second, drains them. One thread.
class Connections {
 public:
  Connections(Loop& loop, const ConnectionLimits& limits);
  /// Aborts what is left.
  ~Connections();

  Loop& loop() { return loop_; }
  const ConnectionLimits& limits() const { return limits_; }
  void set_limits(const ConnectionLimits& limits) { limits_ = limits; }
  std::size_t count() const { return count_.get(); }
  /// The same for other threads to read.
  const Counter& counter() const { return count_; }
  /// Whether a connection from `peer` may stay. `counted` tells that Admission::leave() must follow.
  bool admit(const Address& peer, bool& counted) const;
  bool full() const { return limits_.connections != 0 && count() >= limits_.connections; }

  /// Adopts an accepted socket; `counted` as Admission::enter() says.
  void add(int fd, const Address& peer, const Address& local, std::unique_ptr<Protocol> protocol, bool counted = false);
  /// Asks every protocol to finish, lasting ones one after the other within `spread`: their clients come back at once,
  /// and should not come all together. `when_empty` is called once none is left.
  void drain(std::function<void()> when_empty, std::chrono::milliseconds spread = {});
  /// Asks those that serve what is gone from the configuration to finish, likewise.
  void drain_obsolete(std::chrono::milliseconds spread);
  bool draining() const { return draining_; }
  /// Drops every connection at the end of this turn.
  void abort_all();
  /// Keeps an address that connections refer to, for as long as this object lives; equal ones are kept once.
  const Address* remember(const Address& address);
  /// Called when a connection has gone, for a listener that waits for room.
  std::function<void()> on_room;

 private:
  friend class Connection;

  void remove(Connection& connection);
  void queue_flush(Connection& connection);
  void run_flushes();
  void sweep();
  void sweep_in(std::uint64_t milliseconds);
  void give_memory_back();
  template <class Which>
  void drain_within(std::chrono::milliseconds spread, Which which);
  void drain_some();

  Loop& loop_;
  ConnectionLimits limits_;
  Connection* first_ = nullptr;
  Counter count_;
  UvHandle<uv_timer_t> sweeper_;
  bool sweeping_ = false;
  Connection* sweep_next_ = nullptr;  // where a round goes on; null: none has begun
  std::size_t most_ = 0;              // connections at once, since memory was last given back
  bool draining_ = false;
  std::size_t drained_at_once_ = 0;
  std::unique_ptr<Timer> next_drain_;
  std::deque<Address> addresses_;
  std::vector<Connection*> to_flush_;
  std::vector<std::unique_ptr<Connection>> ended_;  // freed at the end of the turn: an event may still name them
  std::function<void()> when_empty_;
};

}  // namespace sluice::net
