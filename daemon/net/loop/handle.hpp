#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <type_traits>

namespace sluice::net {

/// Owns one uv handle on the heap. libuv keeps using a handle until its close callback has run; this type
/// stops and closes it, and frees it only then. `Handle` is uv_timer_t, uv_async_t …
template <class Handle>
class UvHandle {
 public:
  UvHandle() : handle_(new Handle{}) {}
  ~UvHandle() {
    if (!handle_) return;
    auto* any = reinterpret_cast<uv_handle_t*>(handle_);
    if (any->loop == nullptr) {  // never initialised
      delete handle_;
      return;
    }
    any->data = nullptr;
    uv_close(any, [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  Handle* get() { return handle_; }
  uv_handle_t* any() { return reinterpret_cast<uv_handle_t*>(handle_); }

 private:
  Handle* handle_;
};

}  // namespace sluice::net
