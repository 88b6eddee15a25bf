#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file_descriptor.hpp"

namespace sluice::files {

/// Tells without a system call whether anything has changed on the way to some files. One per worker; belongs
/// to the thread that made it.
///
/// The kernel reports changes of watched inodes (inotify) while the call that makes the change runs, and
/// raises SIGIO for this thread with the report. A request that was sent after the change is received after
/// it, and the handler of a pending signal runs before recv(2) returns: whoever changes a file and then asks
/// for it gets the new one. A readable descriptor in the event loop would not do: within one turn it may come
/// after the socket on which the request arrived.
///
/// What the kernel does not report is left to whoever asks, see watch().
class FileWatch {
 public:
  FileWatch() = default;
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Grows with every change of anything watched.
  std::uint64_t generation() {
    if (*changed_) collect();
    return generation_;
  }

  /// Watches the file `name` (absolute) and every directory and symbolic link on the way to it. From now on
  /// any change of them makes generation() grow: content, attributes, removal, renaming. False when that
  /// cannot be promised, for want of watches. Not noticed are changes that others make to a network file
  /// system, memory mapped writes, and a mount over one of the directories.
  bool watch(const std::string& name);
  /// The same for a name that does not exist: that it appears in its directory.
  bool watch_absence(const std::string& name);

  /// Watches held at present.
  std::size_t count() const { return watched_.size(); }

 private:
  bool open();
  void close();
  void collect();
  bool watch_chain(const std::string& name, std::uint32_t at_its_end);
  bool add(const std::string& path, std::uint32_t also);

  /// More watches than this are given up all at once, and begin anew.
  static constexpr std::size_t most = 4096;

  FileDescriptor inotify_;
  volatile int* changed_ = no_change();  // set by the signal's handler, of this thread
  std::uint64_t generation_ = 1;
  std::size_t added_ = 0;
  std::unordered_map<std::string, std::uint32_t> watched_;  // what is reported of the present inodes, by path

  static volatile int* no_change();
};

/// The absolute names that are looked up on the way to `name`, in order: directories, symbolic links, what
/// those lead to, and the file itself last. Empty when one of them is missing or there are too many links.
std::vector<std::string> lookup_chain(const std::string& name);

}  // namespace sluice::files
