#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "net/loop.hpp"
#include "net/timer.hpp"

namespace sluice::service {

/// A thread for long work that may take its time: reading a configuration, freeing an old one. It runs when nobody else
/// wants to (SCHED_IDLE), so that where processors are scarce a request does not wait for a turn of it: without, the
/// reload of 10,000 routes on one processor held requests up for whole turns of the scheduler, 3 ms and more. Work that
/// has not ended after a second at most goes on with a tenth of a worker's weight; all of it does where a thread may
/// not come back from SCHED_IDLE. Owned and used by the thread of `loop`, which must not run on when it has ended.
class QuietThread {
 public:
  /// `loop` must outlive it, and so must what the work refers to.
  explicit QuietThread(net::Loop& loop);
  /// Waits for the work that has begun; drops what has not.
  ~QuietThread();
  QuietThread(const QuietThread&) = delete;
  QuietThread& operator=(const QuietThread&) = delete;

  /// Runs `work` in the thread, after what was asked for earlier, and then `done` in the loop's thread.
  void run(std::function<void()> work, std::function<void()> done);

 private:
  struct Job {
    std::function<void()> work, done;
  };

  void serve();
  void hurry();
  void come_forward();
  void step_back();
  void end(const std::function<void()>& done);

  net::Loop& loop_;
  std::size_t pending_ = 0;  // jobs of which the end has not been told
  std::unique_ptr<net::Timer> hurry_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::atomic<bool> ending_ = false;
  std::atomic<pid_t> steps_back_ = 0;  // the thread, if it is SCHED_IDLE while it works
  std::thread thread_;
};

}  // namespace sluice::service
