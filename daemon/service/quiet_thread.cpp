#include "service/quiet_thread.hpp"

#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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

/// Whether the calling thread may come back from SCHED_IDLE, see sched_setscheduler(2): its nice value must be within
/// the limit (LimitNICE= in sluice.service), or it has the capability.
bool may_come_back() {
  rlimit limit{};
  auto nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
  if (::getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= static_cast<rlim_t>(20 - nice)) return true;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[2] = {};
  return ::syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & (1U << CAP_SYS_NICE)) != 0;
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
  come_forward();
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
  come_forward();
  hurry_ = std::make_unique<net::Timer>(loop_, patience, [this] { hurry(); });  // the next job may be another one
}

void QuietThread::come_forward() {
  if (auto id = steps_back_.load()) set_policy(id, SCHED_OTHER);
}

/// Without a lock, for which others would have to wait for an idle thread.
void QuietThread::step_back() {
  if (!steps_back_) return;
  set_policy(0, SCHED_IDLE);
  if (ending_) set_policy(0, SCHED_OTHER);  // its come_forward() may have come before
}

void QuietThread::end(const std::function<void()>& done) {
  if (--pending_ == 0) hurry_.reset();
  done();
}

void QuietThread::serve() {
  ::pthread_setname_np(::pthread_self(), "loader");
  lower_priority();
  if (may_come_back()) steps_back_ = ::gettid();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    step_back();
    // Workers that woke up together with this thread go first: the scheduler looks anew when somebody wakes up, and
    // else only with its next tick, up to 4 ms later.
    ::sched_yield();
    job.work();
    job.work = nullptr;  // what it held is freed here, too
    come_forward();      // whoever waits for a lock of ours must not wait for an idle thread
    loop_.post([this, done = std::move(job.done)] { end(done); });
    lock.lock();
  }
}

}  // namespace sluice::service
