#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "net/loop/loop.hpp"

namespace sluice::service {

/// A thread for long work that workers must not do: reading a configuration, freeing an old one. Owned and used by the
/// thread of `loop`. After its destruction the loop must not run any more.
class JobThread {
 public:
  /// `loop` must outlive it, and so must what the work refers to.
  explicit JobThread(net::Loop& loop);
  /// Waits for the running job and drops the others.
  ~JobThread();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  /// Runs `work` in the thread, after the jobs that were given earlier, and then `done` in the loop's thread. What
  /// `work` holds is freed in the thread, too.
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
