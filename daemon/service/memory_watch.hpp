#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.hpp"
#include "net/handle.hpp"
#include "net/loop.hpp"

namespace sluice::service {

/// Looks at the resident memory of the process twice a second and tells when it passes a mark. Lives in the control
/// thread.
class MemoryWatch {
 public:
  enum class Level : std::uint8_t {
    calm,
    strained,  // four fifths of the limit: connections are not kept
    short_of,  // the limit: new connections are refused
  };

  MemoryWatch(net::Loop& loop, std::function<void(Level)> on_change);
  /// 0 ends the watch, and with it what was told.
  void set_limit(Bytes limit);

 private:
  void look();

  std::function<void(Level)> on_change_;
  net::UvHandle<uv_timer_t> timer_;
  Bytes limit_{};
  Level level_ = Level::calm;
};

}  // namespace sluice::service
