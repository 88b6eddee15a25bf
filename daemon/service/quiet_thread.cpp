#include "service/quiet_thread.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace sluice::service {

namespace {

/// About a tenth of a worker's weight: the work goes on even where workers use up all processors.
constexpr int steps_below_workers = 10;

/// A nice value is a thread's own on Linux. Where changing it is forbidden, as in the sandbox of sluice.service, the thread
/// works as it is.
void lower_priority() {
  auto self = static_cast<id_t>(::gettid());
  ::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + steps_below_workers);
}

}  // namespace

QuietThread::QuietThread(net::Loop& loop) : loop_(loop), thread_([this] { serve(); }) {}

QuietThread::~QuietThread() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    jobs_.clear();
  }
  changed_.notify_one();
  thread_.join();
}

void QuietThread::run(std::function<void()> work, std::function<void()> done) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(work), std::move(done)});
  }
  changed_.notify_one();
}

void QuietThread::serve() {
  ::pthread_setname_np(::pthread_self(), "loader");
  lower_priority();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    job.work = nullptr;  // what it held is freed here, too
    loop_.post(std::move(job.done));
    lock.lock();
  }
}

}  // namespace sluice::service
