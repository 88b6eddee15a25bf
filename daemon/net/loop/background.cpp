#include "net/loop/background.hpp"

#include <pthread.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

namespace sluice::net {

namespace {

using JobPtr = std::shared_ptr<BackgroundJob>;
using Time = std::atomic<std::uint64_t>;  // of the loops, in ms

/// What one thread has in a queue.
struct Queue {
  std::size_t running = 0;
  std::list<JobPtr> waiting;
  std::shared_ptr<Time> progress = std::make_shared<Time>(0);  // when a piece of work last ended, or a part of one
};

}  // namespace

struct BackgroundJob {
  uv_work_t request{};
  Loop& loop;
  WorkQueue which;
  std::function<void()> work, done;
  Queue* queue = nullptr;  // in which it waits
  std::list<JobPtr>::iterator place{};
  JobPtr begun = nullptr;  // itself, while the pool has it
  Time since = 0;          // when it began, or began to wait, or its last part was done
  std::shared_ptr<Time> progress_of_queue = nullptr;
};

namespace {

std::unordered_map<WorkQueue, Queue>& queues() {
  static thread_local std::unordered_map<WorkQueue, Queue> mine;
  return mine;
}

std::atomic<std::size_t> running = 0;
thread_local BackgroundJob* at_work = nullptr;  // what this thread of the pool does

BackgroundJob& job_of(uv_work_t* request) { return *static_cast<BackgroundJob*>(request->data); }

void begin(JobPtr job);

/// A piece of work has been done at `now`, or was taken back. The next one has its turn.
void leave(WorkQueue which, std::uint64_t now, bool done) {
  auto found = queues().find(which);
  if (found == queues().end()) return;
  auto& queue = found->second;
  --queue.running;
  if (done) *queue.progress = now;
  if (!queue.waiting.empty()) {
    auto next = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    next->queue = nullptr;
    next->since = std::max(next->since.load(), queue.progress->load());
    ++queue.running;
    begin(std::move(next));
  } else if (queue.running == 0) {
    queues().erase(found);
  }
}

void end(uv_work_t* request, int status) {
  auto job = std::move(job_of(request).begun);
  bool done = status != UV_ECANCELED;
  if (job->which != WorkQueue::open) leave(job->which, job->loop.now(), done);
  if (done) job->done();
}

void work(uv_work_t* request) {
  [[maybe_unused]] static thread_local const int named = ::pthread_setname_np(::pthread_self(), "pool");
  at_work = &job_of(request);
  at_work->work();
  at_work = nullptr;
  --running;
}

/// The first call makes libuv's threads, which take over the name of ours; a worker must not be counted several times.
void queue(uv_loop_t* loop, uv_work_t* request) {
  static std::once_flag first;
  bool queued = false;
  std::call_once(first, [&] {
    char name[16] = "";
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    ::pthread_setname_np(::pthread_self(), "pool");
    uv_queue_work(loop, request, work, end);
    ::pthread_setname_np(::pthread_self(), name);
    queued = true;
  });
  if (!queued) uv_queue_work(loop, request, work, end);  // fails only without a function to call
}

void begin(JobPtr job) {
  job->request.data = job.get();
  ++running;
  auto* loop = job->loop.raw();
  auto* request = &job->request;
  job->begun = std::move(job);
  queue(loop, request);
}

}  // namespace

WorkQueue queue_of(std::string_view directory) {
  return static_cast<WorkQueue>(std::hash<std::string_view>()(directory) | 0x100);  // not one of those with a name
}

void size_background_pool(std::size_t workers) {
  constexpr std::size_t for_the_rest = 4, most = 1024;  // libuv's limit
  auto threads = std::min(workers * queue_width * 4 + for_the_rest, most);
  ::setenv("UV_THREADPOOL_SIZE", std::to_string(threads).c_str(), 0);
}

bool BackgroundWork::take_back() {
  auto job = std::exchange(job_, {}).lock();
  if (!job) return false;
  if (job->queue) {
    std::exchange(job->queue, nullptr)->waiting.erase(job->place);
    return true;
  }
  if (!job->begun || uv_cancel(reinterpret_cast<uv_req_t*>(&job->request)) != 0) return false;
  --running;
  return true;
}

std::chrono::milliseconds BackgroundWork::quiet_for(std::uint64_t now) const {
  auto job = job_.lock();
  if (!job || (!job->queue && !job->begun)) return {};
  auto since = job->since.load();
  if (job->queue) since = std::max(since, job->queue->progress->load());
  return std::chrono::milliseconds(now > since ? now - since : 0);
}

void note_progress_of_work() {
  if (!at_work) return;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);  // that of the loops
  auto time = static_cast<std::uint64_t>(now.tv_sec) * 1000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
  at_work->since = time;
  if (at_work->progress_of_queue) *at_work->progress_of_queue = time;
}

BackgroundWork run_in_background(Loop& loop, WorkQueue which, std::function<void()> work, std::function<void()> done) {
  JobPtr job(new BackgroundJob{
      .loop = loop, .which = which, .work = std::move(work), .done = std::move(done), .since = loop.now()});
  BackgroundWork handle(job);
  if (which != WorkQueue::open) {
    auto& queue = queues()[which];
    job->progress_of_queue = queue.progress;
    if (queue.running == queue_width) {
      job->queue = &queue;
      job->place = queue.waiting.insert(queue.waiting.end(), job);
      return handle;
    }
    ++queue.running;
  }
  begin(std::move(job));
  return handle;
}

bool background_work_ends(std::chrono::milliseconds patience) {
  auto end = std::chrono::steady_clock::now() + patience;
  while (running > 0) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace sluice::net
