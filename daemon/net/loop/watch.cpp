#include "net/loop/watch.hpp"

#include "net/loop/loop.hpp"

namespace sluice::net {

bool Watch::wait_for(Loop& loop, int fd, int events, Watcher& watcher) {
  if (!handle_) {
    auto* handle = new uv_poll_t;
    if (uv_poll_init(loop.raw(), handle, fd) != 0) {
      delete handle;
      return false;
    }
    handle_ = handle;
  }
  handle_->data = &watcher;
  return uv_poll_start(handle_, events == 0 ? broken : events, &Watch::on_poll) == 0;
}

void Watch::stop() {
  if (!handle_) return;
  uv_close(reinterpret_cast<uv_handle_t*>(handle_),
           [](uv_handle_t* closed) { delete reinterpret_cast<uv_poll_t*>(closed); });
  handle_ = nullptr;
}

void Watch::on_poll(uv_poll_t* handle, int status, int events) {
  static_cast<Loop*>(handle->loop->data)->count_event();
  static_cast<Watcher*>(handle->data)->on_ready(status < 0 ? failed : events);
}

}  // namespace sluice::net
