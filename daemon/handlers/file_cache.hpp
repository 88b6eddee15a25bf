#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "handlers/served_file.hpp"
#include "net/loop.hpp"

namespace sluice::handlers {

/// The files that a worker has read, by handler and request path. One per thread; bounded in memory and in
/// open descriptors, the least recently used go first.
///
/// What it gives is as fresh as a look at the file system within the present turn of the event loop: the
/// first request for a file in a turn costs one stat(2), which notices a file that was replaced, rewritten,
/// renamed away, or reached through a symbolic link that now leads elsewhere; the others in the turn cost
/// nothing. The requests of a turn were sent before it began (or are being sent while it runs), so a change
/// that was complete before a request is always seen. Notification by the kernel (inotify) would save that
/// stat too, but stays silent on network and overlay file systems and for memory-mapped writes.
class FileCache {
 public:
  struct Limits {
    std::size_t octets = 32 * 1024 * 1024;
    std::size_t descriptors = 256;
  };

  FileCache() : FileCache(Limits{}) {}
  explicit FileCache(Limits limits) : limits_(limits) {}

  /// A number for a handler, never given twice, so that a reloaded site does not meet the files of the old
  /// one.
  static std::uint64_t new_owner();
  /// That of the calling worker.
  static FileCache& of_this_thread();

  /// The file that `owner` serves for `path`, if it is here and is still what stands in the file system.
  std::shared_ptr<const ServedFile> find(std::uint64_t owner, std::string_view path, net::Loop& loop);

  /// Keeps `file`, whose full name is `name`, for `owner` and `path`. A file that is not settled is not kept.
  void insert(std::uint64_t owner, std::string_view path, std::string name,
              std::shared_ptr<const ServedFile> file, net::Loop& loop);

  std::size_t octets() const { return octets_; }
  std::size_t descriptors() const { return descriptors_; }
  std::size_t count() const { return entries_.size(); }

 private:
  struct Turn {
    std::uint64_t number = 0;
    std::uint64_t time = 0;  // libuv polls several times within a turn when very much is ready
    bool operator==(const Turn&) const = default;
  };
  struct Entry {
    std::uint64_t owner = 0;
    std::string path;
    std::string name;
    std::shared_ptr<const ServedFile> file;
    Turn checked;
    std::size_t footprint() const;
  };
  using Entries = std::list<Entry>;
  struct Key {
    std::uint64_t owner;
    std::string_view path;  // of the entry
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>()(key.path) ^
             static_cast<std::size_t>(key.owner * 0x9E3779B97F4A7C15);
    }
  };

  Turn turn(net::Loop& loop);
  void erase(Entries::iterator entry);

  Limits limits_;
  Entries entries_;  // the most recently used first
  std::unordered_map<Key, Entries::iterator, Hash> index_;
  std::size_t octets_ = 0;
  std::size_t descriptors_ = 0;
  /// Shared with what runs at the end of a turn, which may be after the cache of an ending thread is gone.
  struct TurnCounter {
    std::uint64_t number = 0;
    bool ends = false;
  };
  std::shared_ptr<TurnCounter> turn_ = std::make_shared<TurnCounter>();
};

}  // namespace sluice::handlers
