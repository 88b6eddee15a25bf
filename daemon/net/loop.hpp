#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "net/blocks.hpp"
#include "net/continuation.hpp"
#include "net/handle.hpp"
#include "net/turn_budget.hpp"

namespace sluice::net {

/// Is told when its descriptor is ready. Must outlive the turn of the loop in which it stops watching.
class Watcher {
 public:
  /// `events` as epoll gives them: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

/// An event loop with what its connections share: the read buffer, the pool of output blocks, and what is to be done
/// at the end of the turn. One per worker; used by its thread only, except for post().
///
/// Timers, signals, wake-ups and the thread pool are libuv's. Sockets are watched by an epoll set of our own, which
/// holds libuv's backend descriptor too: a uv_poll_t costs six epoll_ctl and an ioctl in its life, a watcher here one
/// epoll_ctl (measured: 3 µs of a new connection's 30), and it needs no 160 octets of handle.
class Loop {
 public:
  Loop();
  /// Runs until all handles have closed.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* raw() { return &loop_; }
  /// Runs until stop().
  void run();
  /// One turn that waits for nothing.
  void run_once() { turn(0); }
  /// Ends run() after this turn. Loop thread only.
  void stop() { stopped_ = true; }

  /// Watches `fd` for `events` until unwatch() or until it is closed. False when the kernel refuses.
  bool watch(int fd, std::uint32_t events, Watcher& watcher);
  /// Changes what is watched for; hang-ups and errors are always told.
  void rewatch(int fd, std::uint32_t events, Watcher& watcher);
  void unwatch(int fd);
  /// Closes `fd`, which may be watched. As a rule closing alone takes it out of the epoll set and saves a call.
  void close(int fd);
  /// While `shared`, another process may hold the same open files (after fork, until exec): then closing does not take
  /// them out of the epoll set, and close() does it first.
  void set_shared(bool shared) { shared_ = shared; }

  /// Milliseconds of the monotonic clock, read once a turn.
  std::uint64_t now() const { return uv_now(&loop_); }

  /// How often it has looked for what has arrived. What is received while this number stays had been sent before it
  /// changed to it, if its sender waits for answers.
  std::uint64_t looks() const { return looks_; }
  /// Input is about to be read that the loop was not told of.
  void count_look() { ++looks_; }

  /// Where every connection of this loop receives. Its content is valid during one callback.
  std::span<char> read_buffer() { return {read_buffer_.get(), read_buffer_size}; }
  BlockPool& blocks() { return blocks_; }

  /// Runs `task` in this loop's thread, soon. May be called from any thread.
  void post(std::function<void()> task);
  /// Runs `task` before the loop waits again, after the callbacks of this turn. Loop thread only.
  void at_end_of_turn(std::function<void()> task) { deferred_.push_back(std::move(task)); }

  /// What is left of this turn for work that may go on in the next one.
  TurnBudget& budget() { return budget_; }
  /// Calls `work` in a later turn, when all others have had theirs, while that turn's budget lasts; those that came
  /// first go on first. Loop thread only.
  void go_on_later(Continuation& work) { later_.push_back(work); }
  /// Likewise, before all others: for work that holds much as long as it is unfinished.
  void go_on_first(Continuation& work) { first_.push_back(work); }

  static constexpr std::size_t read_buffer_size = 64 * 1024;

 private:
  void turn(int longest_wait);
  void run_posted();
  void run_deferred();
  void run_continuations();

  uv_loop_t loop_;
  int epoll_ = -1;
  std::uint64_t looks_ = 0;
  bool stopped_ = false;
  bool shared_ = false;
  std::unique_ptr<char[]> read_buffer_;
  BlockPool blocks_;
  std::unique_ptr<UvHandle<uv_async_t>> wake_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> deferred_;
  TurnBudget budget_;
  Continuations first_, later_;
  std::vector<std::function<void()>> running_;  // of those deferred; keeps its memory for the next turn
};

}  // namespace sluice::net
