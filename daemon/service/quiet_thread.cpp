#include "service/quiet_thread.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sluice::service {

namespace {

/// About a tenth of a worker's weight: the work goes on even where workers use up all processors.
constexpr int steps_below_workers = 10;
/// For so long the work gets only what nobody else wants.
constexpr std::chrono::milliseconds patience{1000};
/// A nice value is a thread's own on Linux. Where changing it is forbidden the thread works as it is.
void lower_priority() {
  auto self = static_cast<id_t>(::gettid());
  ::setpriority(PRIO_PROCESS, self, std::min(::getpriority(PRIO_PROCESS, self) + steps_below_workers, 19));
}

/// `policy` of sched(7), for the thread `id`; 0: the calling one. False where that is forbidden.
bool set_policy(pid_t id, int policy) {
  sched_param none{};
  return ::sched_setscheduler(id, policy, &none) == 0;
}

/// Whether a thread like the calling one may come back from SCHED_IDLE, which takes a capability or a limit of nice values
/// (LimitNICE= in sluice.service). Tried by one that may be lost.
bool may_come_back() {
  bool may = false;
  std::thread([&may] { may = set_policy(0, SCHED_IDLE) && set_policy(0, SCHED_OTHER); }).join();
  return may;
}

}  // namespace

QuietThread::QuietThread(net::Loop& loop) : loop_(loop), thread_([this] { serve(); }) {}

QuietThread::~QuietThread() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    jobs_.clear();
    come_forward();
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
  ++pending_;
  if (!hurry_) hurry_ = std::make_unique<net::Timer>(loop_, patience, [this] { hurry(); });
}

void QuietThread::hurry() {
  {
    std::lock_guard lock(mutex_);
    come_forward();
  }
  hurry_ = std::make_unique<net::Timer>(loop_, patience, [this] { hurry(); });  // the next job may be another one
}

/// With the mutex held, so that the thread does not step back again for the same job.
void QuietThread::come_forward() {
  if (steps_back_) set_policy(thread_id_, SCHED_OTHER);
}

void QuietThread::end(const std::function<void()>& done) {
  if (--pending_ == 0) hurry_.reset();
  done();
}

void QuietThread::serve() {
  ::pthread_setname_np(::pthread_self(), "loader");
  lower_priority();
  bool may_step_back = may_come_back();
  std::unique_lock lock(mutex_);
  thread_id_ = ::gettid();
  steps_back_ = may_step_back;
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    if (steps_back_) set_policy(0, SCHED_IDLE);
    lock.unlock();
    // Workers that woke up together with this thread go first: the scheduler looks anew when somebody wakes up, and else
    // only with its next tick, up to 4 ms later.
    ::sched_yield();
    job.work();
    job.work = nullptr;  // what it held is freed here, too
    if (may_step_back) set_policy(0, SCHED_OTHER);  // whoever waits for a lock of ours must not wait for an idle thread
    loop_.post([this, done = std::move(job.done)] { end(done); });
    lock.lock();
  }
}

}  // namespace sluice::service
