#include "net/loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace sluice::net {

namespace {

constexpr int events_per_turn = 256;

}  // namespace

Loop::Loop() : read_buffer_(std::make_unique_for_overwrite<char[]>(read_buffer_size)) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0 || uv_loop_init(&loop_) != 0)
    throw std::runtime_error("cannot create an event loop (out of descriptors?)");
  loop_.data = this;
  wake_ = std::make_unique<UvHandle<uv_async_t>>();
  uv_async_init(&loop_, wake_->get(), [](uv_async_t* h) { static_cast<Loop*>(h->loop->data)->run_posted(); });
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // stands for libuv
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, uv_backend_fd(&loop_), &event);
}

Loop::~Loop() {
  run_deferred();
  wake_.reset();
  while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {
  }
  uv_loop_close(&loop_);
  ::close(epoll_);
}

bool Loop::watch(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Loop::rewatch(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::unwatch(int fd) { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void Loop::close(int fd) {
  if (shared_) unwatch(fd);
  ::close(fd);
}

void Loop::run() {
  stopped_ = false;
  uv_update_time(&loop_);
  while (!stopped_) turn(-1);
}

/// One turn: go on with what earlier ones have left, wait, serve the sockets that are ready, let libuv do what is due
/// (embedding as its manual describes), and then what was put off.
void Loop::turn(int longest_wait) {
  budget_.renew();
  run_continuations();
  run_deferred();
  if (stopped_) return;
  epoll_event events[events_per_turn];
  bool waits = longest_wait != 0 && first_.empty() && later_.empty();
  auto wait = waits ? uv_backend_timeout(&loop_) : 0;
  auto count = ::epoll_wait(epoll_, events, events_per_turn, wait);
  ++looks_;
  uv_update_time(&loop_);
  bool libuv_ready = false;
  for (int i = 0; i < count; ++i) {
    if (auto* watcher = static_cast<Watcher*>(events[i].data.ptr)) {
      watcher->on_events(events[i].events);
    } else {
      libuv_ready = true;
    }
  }
  run_deferred();
  // Zero means that a timer is due or that something waits for libuv's next turn.
  if (libuv_ready || uv_backend_timeout(&loop_) == 0) uv_run(&loop_, UV_RUN_NOWAIT);
  if (longest_wait == 0) run_deferred();
}

void Loop::post(std::function<void()> task) {
  {
    std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(task));
  }
  uv_async_send(wake_->get());
}

void Loop::run_posted() {
  std::vector<std::function<void()>> tasks;
  {
    std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (auto& task : tasks) task();
}

void Loop::run_deferred() {
  while (!deferred_.empty()) {  // a task may defer another
    running_.swap(deferred_);
    for (auto& task : running_) task();
    running_.clear();
  }
}

/// Those that ask again meanwhile wait for the next turn, behind the others.
void Loop::run_continuations() {
  if (first_.empty() && later_.empty()) return;
  Continuations due;
  due.put_before(later_);
  due.put_before(first_);
  while (budget_.left() > TurnBudget::for_new_work) {
    auto* work = due.take();
    if (!work) break;
    work->go_on();
  }
  later_.put_before(due);
}

}  // namespace sluice::net
