#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/loop/work_queue.hpp"

namespace sluice::net {

/// Where the content of a file comes from, as far as waiting for it goes.
enum class Storage : std::uint8_t {
  memory,  // it is always there
  disk,    // of this machine: what has been read is in memory for a while
  remote,  // a network or another process: any call may wait for others
};

/// What shows that the content of a file has changed.
struct FileState {
  std::uint64_t size = 0;
  std::int64_t modified = 0, modified_nanos = 0;  // seconds since 1970, and within the second
  std::string sample = {};                        // of sample_of() a file of this size
};

/// Some octets of a file of `size`, which differ when it is rewritten with something else and not when something is
/// appended: from its beginning, its middle and its end. The error is an errno: EAGAIN where reading would have to wait
/// and `may_wait` is not set.
std::expected<std::string, int> sample_of(int fd, std::uint64_t size, bool may_wait);

/// An open file whose descriptor closes with the last reference. Immutable; shared by responses in flight.
class OpenFile {
 public:
  /// `state` is what is going to be sent; without it the file is taken for one that never changes.
  explicit OpenFile(int fd, Storage storage = Storage::disk, std::optional<FileState> state = {});
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd() const { return fd_; }
  /// For what may have to wait for the content.
  WorkQueue queue() const { return storage_ == Storage::remote ? WorkQueue::remote_file : WorkQueue::cold_file; }
  /// Whether the content may still be that of one state of the file: false once it has been cut short, or rewritten in
  /// place. What has grown and still has its sample is taken for a log. A change after the question does not show
  /// either, in what the kernel has not sent yet.
  bool holds_still() const;
  /// How many of the `length` octets from `offset` can be read without waiting; not always all of them, and 0
  /// where the first cannot. Costs a few system calls for each MiB, and nothing when the same was asked a
  /// moment ago: `now` is the loop's time in ms. Called by any loop's thread.
  std::uint64_t resident(std::uint64_t offset, std::uint64_t length, std::uint64_t now) const;

 private:
  int fd_;
  Storage storage_;
  std::optional<FileState> state_;
  std::uint64_t id_;  // never given twice
};

/// Its path as far as the system knows, for messages. Waits for no disk.
std::string name_of(const OpenFile& file);

}  // namespace sluice::net
