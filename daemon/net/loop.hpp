#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "net/blocks.hpp"
#include "net/handle.hpp"

namespace sluice::net {

/// An event loop with what its connections share: the read buffer, the pool of output blocks, and the list of
/// those that have something to flush at the end of the turn. One per worker; used by its thread only,
/// except for post().
class Loop {
 public:
  Loop();
  /// Runs until all handles have closed.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* raw() { return &loop_; }
  /// Runs until stop(), or until nothing is left that keeps it alive.
  void run();
  void stop() { uv_stop(&loop_); }

  /// Milliseconds of the monotonic clock, read once a turn.
  std::uint64_t now() const { return uv_now(&loop_); }

  /// Where every connection of this loop receives. Its content is valid during one callback.
  std::span<char> read_buffer() { return {read_buffer_.get(), read_buffer_size}; }
  BlockPool& blocks() { return blocks_; }

  /// Runs `task` in this loop's thread, soon. May be called from any thread.
  void post(std::function<void()> task);
  /// Runs `task` before the loop waits again, after the callbacks of this turn. Loop thread only.
  void at_end_of_turn(std::function<void()> task) { deferred_.push_back(std::move(task)); }

  static constexpr std::size_t read_buffer_size = 64 * 1024;

 private:
  void run_posted();
  void run_deferred();

  uv_loop_t loop_;
  std::unique_ptr<char[]> read_buffer_;
  BlockPool blocks_;
  std::unique_ptr<UvHandle<uv_async_t>> wake_;
  std::unique_ptr<UvHandle<uv_prepare_t>> before_wait_;
  std::unique_ptr<UvHandle<uv_check_t>> after_wait_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> deferred_;
};

}  // namespace sluice::net
