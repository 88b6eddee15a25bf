#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"

namespace sluice::service {

/// Notices when config files change, by a look at them three times a second, and waits until they have settled: editors
/// write in several steps. Owned and used by the control thread.
class ConfigWatch {
 public:
  /// What to look at.
  struct Watched {
    std::vector<std::string> files;     // those that were read last
    std::vector<std::string> patterns;  // of the files that they include: one that comes or goes is a change
  };
  using Files = std::function<Watched()>;

  /// `changed` may have `files` give others from then on: a file or pattern that is new among them is no change.
  ConfigWatch(net::Loop& loop, Files files, std::function<void()> changed);

  /// Notes what is new among the files now, so that the next change of it is one.
  void note_new();
  /// One look. Called by the timer.
  void look();

 private:
  struct Seen {
    ino_t inode = 0;
    std::int64_t modified = 0;  // nanoseconds since 1970
    off_t size = -1;
    bool operator==(const Seen&) const = default;
  };

  struct Sight {
    std::map<std::string, Seen> files;
    std::map<std::string, std::vector<std::string>> matches;  // of each pattern
  };

  Sight see() const;

  Files files_;
  std::function<void()> changed_;
  Sight seen_;
  bool unsettled_ = false;
  net::UvHandle<uv_timer_t> timer_;
};

}  // namespace sluice::service
