#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "net/handle.hpp"
#include "net/loop.hpp"

namespace sluice::service {

/// Notices when config files change, by a look at them three times a second, and waits until they have settled: editors
/// write in several steps. Owned and used by the control thread.
class ConfigWatch {
 public:
  using Files = std::function<std::vector<std::string>()>;

  /// `files` are those that the running configuration was read from. `changed` may read them later: a file that is new
  /// among them is no change.
  ConfigWatch(net::Loop& loop, Files files, std::function<void()> changed);

  /// One look. Called by the timer.
  void look();

 private:
  struct Seen {
    ino_t inode = 0;
    std::int64_t modified = 0;  // nanoseconds since 1970
    off_t size = -1;
    bool operator==(const Seen&) const = default;
  };

  std::map<std::string, Seen> see() const;

  Files files_;
  std::function<void()> changed_;
  std::map<std::string, Seen> seen_;
  bool unsettled_ = false;
  net::UvHandle<uv_timer_t> timer_;
};

}  // namespace sluice::service
