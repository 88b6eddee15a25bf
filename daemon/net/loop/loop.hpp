#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "net/blocks.hpp"
#include "net/loop/continuation.hpp"
#include "net/loop/handle.hpp"
#include "net/loop/turn_budget.hpp"

namespace sluice::net {

/// An event loop with what its connections share: the read buffer, the pool of output blocks, and what is to be done
/// at the end of the turn. One per worker; used by its thread only, except for post().
/// Sockets are watched by uv_poll_t (net/watch.hpp); timers, signals, wake-ups and the thread pool are libuv's, too.
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
  void run_once();
  /// Ends run() after this turn. Loop thread only.
  void stop() { uv_stop(&loop_); }

  /// Milliseconds of the monotonic clock, read once a turn.
  std::uint64_t now() const { return uv_now(&loop_); }

  /// How often it has looked for what has arrived. What is received while this number stays had been sent before it
  /// changed to it, if its sender waits for answers.
  std::uint64_t looks() const { return looks_; }
  /// Input is about to be read that the loop was not told of.
  void count_look() { ++looks_; }
  /// A watched descriptor is ready. libuv asks the kernel again within a turn after 1024 events; from before that on,
  /// each event counts as a look of its own.
  void count_event() {
    if (++events_ > events_of_one_look) ++looks_;
  }

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
  static constexpr std::uint32_t events_of_one_look = 1000;

  void begin_turn();
  void run_posted();
  void run_deferred();
  void run_continuations();

  uv_loop_t loop_;
  std::uint64_t looks_ = 0;
  std::uint32_t events_ = 0;  // of this turn
  std::unique_ptr<char[]> read_buffer_;
  BlockPool blocks_;
  std::unique_ptr<UvHandle<uv_async_t>> wake_;
  std::unique_ptr<UvHandle<uv_prepare_t>> turn_;
  std::unique_ptr<UvHandle<uv_idle_t>>
      unfinished_;  // active while continuations wait: libuv does not wait for events then
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> deferred_;
  TurnBudget budget_;
  Continuations first_, later_;
  std::vector<std::function<void()>> running_;  // of those deferred; keeps its memory for the next turn
};

}  // namespace sluice::net
