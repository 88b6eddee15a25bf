#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "net/loop/loop.hpp"
#include "net/loop/work_queue.hpp"

namespace sluice::net {

/// Gives the thread pool room for four queues of every worker that wait for ever: those of two roots, of their
/// listings and of their content. To be called before the first work; the variable UV_THREADPOOL_SIZE of the
/// environment goes before it.
void size_background_pool(std::size_t workers);

struct BackgroundJob;

/// Work that was handed over, for whoever may not want it any more. One thread.
class BackgroundWork {
 public:
  BackgroundWork() = default;
  explicit BackgroundWork(std::weak_ptr<BackgroundJob> job) : job_(std::move(job)) {}
  /// Whether it has not begun, and never will now; `done` is not called either then.
  bool take_back();
  /// How long nothing has come of it at `now`, a time of the loop in milliseconds: since it was handed over, since a
  /// part of it was done, or since the last that went before it in its queue was. 0 once it is done itself.
  std::chrono::milliseconds quiet_for(std::uint64_t now) const;

 private:
  std::weak_ptr<BackgroundJob> job_;
};

/// Runs `work` in the thread pool, so that a slow disk or a long computation holds up nobody, and then `done`
/// in the loop's thread. Neither is ever given up, unless it is taken back: what they refer to must live as long as
/// they do.
BackgroundWork run_in_background(Loop& loop, WorkQueue queue, std::function<void()> work, std::function<void()> done);

/// For work that takes many steps, of which each may have to wait: one of them has been done. In the pool's thread;
/// elsewhere it does nothing.
void note_progress_of_work();

/// Whether all work of the process is done within `patience`. If not, ending a loop would wait for it.
bool background_work_ends(std::chrono::milliseconds patience);

}  // namespace sluice::net
