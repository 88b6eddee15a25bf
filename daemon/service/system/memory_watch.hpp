#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.hpp"
#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"

namespace sluice::service {

/// Looks twice a second at how much memory the process uses, and tells when it passes a mark. What the allocator keeps
/// for nobody is given back to the system first, and what can be made or read again next. Lives in the control thread.
class MemoryWatch {
 public:
  enum class Level : std::uint8_t {
    calm,
    strained,  // four fifths of the limit: connections are not kept
    short_of,  // the limit: new connections are refused
  };

  /// `shed` lets go of what can be made again: it is asked for before each rise of the level, which then comes only if
  /// that was not enough.
  MemoryWatch(net::Loop& loop, std::function<void()> shed, std::function<void(Level)> on_change);
  /// 0 ends the watch, and with it what was told.
  void set_limit(Bytes limit);
  /// Gives unused memory back to the system after many clients have left, with or without a limit. Looks at every fifth
  /// call.
  void give_back();

 private:
  void look();
  void look_in(std::uint64_t milliseconds);
  Level level();
  std::uint64_t used();
  std::uint64_t trimmed(std::uint64_t resident, std::uint64_t worthwhile);

  std::function<void()> shed_;
  std::function<void(Level)> on_change_;
  net::UvHandle<uv_timer_t> timer_;
  Bytes limit_{};
  Level level_ = Level::calm;
  Level shed_for_ = Level::calm;  // the highest level before which something was let go
  unsigned calls_ = 0;            // of give_back()
  std::uint64_t kept_ = 0;        // octets that the allocator could not give back
};

}  // namespace sluice::service
