#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "handlers/file_watch.hpp"
#include "handlers/served_file.hpp"
#include "net/loop.hpp"

namespace sluice::handlers {

/// The files that a worker has read, by handler and request path. One per thread; bounded in memory and in
/// open descriptors, the least recently used go first.
///
/// What it gives is what stands in the file system when the request arrives: a file that was replaced,
/// rewritten, renamed away, or is reached through a symbolic link that now leads elsewhere is noticed by the
/// next request. A file in frequent use is watched (FileWatch) and costs no system call; where watching
/// cannot be relied upon, or while things are changing, the first request for it in a turn of the event loop
/// costs one stat(2) and the others of the turn, which were sent before it began, nothing.
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
    Turn checked;               // when stat() last said that it is the same
    std::uint64_t watched = 0;  // generation of the watch in which it has been the same; 0: not watched
    std::uint32_t uses = 0;
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

  /// Watched files are looked at all the same this often, in milliseconds: not everything is reported.
  static constexpr std::uint64_t recheck = 250;
  /// For so long after a change, in milliseconds, files are not watched anew: more changes are likely.
  static constexpr std::uint64_t unrest = 100;
  /// Watching costs dozens of system calls to begin with, so only files in use are worth it.
  static constexpr std::uint32_t uses_before_watching = 2;

  Turn turn(net::Loop& loop);
  bool is_current(Entry& entry, net::Loop& loop);
  bool begin_watching(const Entry& entry, std::uint64_t now);
  void erase(Entries::iterator entry);

  Limits limits_;
  FileWatch watch_;
  std::uint64_t seen_generation_ = watch_.generation();
  std::uint64_t changed_at_ = 0;  // milliseconds of the loop's clock
  Entries entries_;               // the most recently used first
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
