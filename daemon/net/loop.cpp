#include "net/loop.hpp"

#include <stdexcept>
#include <utility>

namespace sluice::net {

Loop::Loop() : read_buffer_(std::make_unique_for_overwrite<char[]>(read_buffer_size)) {
  if (uv_loop_init(&loop_) != 0) throw std::runtime_error("cannot create an event loop (out of descriptors?)");
  loop_.data = this;
  wake_ = std::make_unique<UvHandle<uv_async_t>>();
  uv_async_init(&loop_, wake_->get(), [](uv_async_t* h) { static_cast<Loop*>(h->loop->data)->run_posted(); });
  before_wait_ = std::make_unique<UvHandle<uv_prepare_t>>();
  uv_prepare_init(&loop_, before_wait_->get());
  uv_prepare_start(before_wait_->get(), [](uv_prepare_t* h) { static_cast<Loop*>(h->loop->data)->run_deferred(); });
  after_wait_ = std::make_unique<UvHandle<uv_check_t>>();
  uv_check_init(&loop_, after_wait_->get());
  uv_check_start(after_wait_->get(), [](uv_check_t* h) { static_cast<Loop*>(h->loop->data)->run_deferred(); });
  uv_unref(before_wait_->any());
  uv_unref(after_wait_->any());
}

Loop::~Loop() {
  wake_.reset();
  before_wait_.reset();
  after_wait_.reset();
  while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {
  }
  uv_loop_close(&loop_);
}

void Loop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

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
    auto tasks = std::exchange(deferred_, {});
    for (auto& task : tasks) task();
  }
}

}  // namespace sluice::net
