#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace sluice::service {

/// What keeps the workers from writing the access log (a full disk, a reader that is gone or slow) and what is lost by
/// it, told in the log of the daemon: when it begins and once a minute while it lasts, when it is over, and at the end
/// of the process. Lives as long as the process. Any thread.
class AccessLogTrouble {
 public:
  static AccessLogTrouble& get();

  /// A worker begins to write.
  void begin();
  /// A worker could not write. `code` is an errno, or 0 where the reader takes too little; `lost` counts the lines that
  /// were dropped since the last call.
  void note(int code, std::uint64_t lost);
  /// A worker has written all it had.
  void note_written() {
    if (lasts_.load(std::memory_order_relaxed)) end_trouble();
  }
  /// It ends, and `lost` more lines with it.
  void end(std::uint64_t lost);

 private:
  void end_trouble();

  std::mutex mutex_;
  std::atomic<bool> lasts_ = false;
  bool told_ = false;  // of the trouble that lasts
  std::chrono::steady_clock::time_point told_at_{};
  std::uint64_t lost_ = 0;  // since it was told last
  std::size_t writers_ = 0;
};

}  // namespace sluice::service
