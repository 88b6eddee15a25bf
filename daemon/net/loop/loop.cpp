#include "net/loop/loop.hpp"

#include <stdexcept>
#include <utility>

namespace sluice::net {

Loop::Loop() : read_buffer_(std::make_unique_for_overwrite<char[]>(read_buffer_size)) {
  if (uv_loop_init(&loop_) != 0) throw std::runtime_error("cannot create an event loop (out of descriptors?)");
  loop_.data = this;
  wake_ = std::make_unique<UvHandle<uv_async_t>>();
  uv_async_init(&loop_, wake_->get(), [](uv_async_t* h) { static_cast<Loop*>(h->loop->data)->run_posted(); });
  turn_ = std::make_unique<UvHandle<uv_prepare_t>>();
  uv_prepare_init(&loop_, turn_->get());
  uv_prepare_start(turn_->get(), [](uv_prepare_t* h) { static_cast<Loop*>(h->loop->data)->begin_turn(); });
  uv_unref(turn_->any());
  unfinished_ = std::make_unique<UvHandle<uv_idle_t>>();
  uv_idle_init(&loop_, unfinished_->get());
  uv_unref(unfinished_->any());
}

Loop::~Loop() {
  run_deferred();
  wake_.reset();
  while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {
  }
  turn_.reset();
  unfinished_.reset();
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void Loop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

void Loop::run_once() {
  uv_run(&loop_, UV_RUN_NOWAIT);
  run_deferred();
}

/// Timers have run; libuv is about to wait for events.
void Loop::begin_turn() {
  budget_.renew();
  run_continuations();
  run_deferred();
  if (first_.empty() && later_.empty()) {
    uv_idle_stop(unfinished_->get());
  } else {
    uv_idle_start(unfinished_->get(), [](uv_idle_t*) {});
  }
  ++looks_;
  events_ = 0;
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
