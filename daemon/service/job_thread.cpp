#include "service/job_thread.hpp"

#include <pthread.h>

#include <utility>

namespace sluice::service {

JobThread::JobThread(net::Loop& loop) : loop_(loop), thread_([this] { serve(); }) {}

JobThread::~JobThread() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    jobs_.clear();
  }
  changed_.notify_one();
  thread_.join();
}

void JobThread::run(std::function<void()> work, std::function<void()> done) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(work), std::move(done)});
  }
  changed_.notify_one();
}

void JobThread::serve() {
  ::pthread_setname_np(::pthread_self(), "loader");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    job.work = nullptr;
    loop_.post(std::move(job.done));
    lock.lock();
  }
}

}  // namespace sluice::service
