#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "net/loop.hpp"

namespace sluice::service {

/// A thread for long work that may take its time: reading a configuration, freeing an old one. It has a lower
/// priority than the workers, so that where processors are scarce a request does not wait for a turn of it: without,
/// the reload of 10,000 routes on one processor held requests up for whole turns of the scheduler, 3 ms and more.
/// Owned and used by the thread of `loop`.
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

  net::Loop& loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sluice::service
