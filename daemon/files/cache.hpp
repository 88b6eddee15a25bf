#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "files/content/resource.hpp"
#include "files/watch.hpp"
#include "net/loop/loop.hpp"

namespace sluice::files {

/// The files that a worker has read, by handler and name below its root. One per thread; bounded in memory
/// and in open descriptors, the least recently used go first.
///
/// What it gives is what stands in the file system when the request arrives: a file that was replaced,
/// rewritten, renamed away, or is reached through a symbolic link that now leads elsewhere is noticed by the
/// next request. A file in frequent use is watched (FileWatch) and costs no system call; while things are
/// changing, the first request for it in a turn of the event loop costs a stat(2) for it and for each of its
/// siblings, and the others of the turn, which were sent before it began, nothing. On file systems where a
/// look may take its time the caller has to look, elsewhere.
class FileCache {
 public:
  struct Limits {
    std::size_t octets = 0;
    std::size_t descriptors = 0;
  };

  /// A cache with the limits of all workers' caches.
  FileCache() = default;
  explicit FileCache(Limits limits) : own_limits_(limits) {}

  /// Sets the limits of each worker's cache, which follows with the next file that it gets. Callable from any
  /// thread.
  static void set_worker_limits(Limits limits);

  /// A number for a handler, never given twice, so that a reloaded site does not meet the files of the old
  /// one.
  static std::uint64_t new_owner();
  /// The number given last; 0: none yet.
  static std::uint64_t last_owner();
  /// That of the calling worker.
  static FileCache& of_this_thread();

  /// What is here for a name.
  struct Found {
    const std::shared_ptr<Resource>* resource = nullptr;  // null: nothing; valid until the cache is used again
    bool current = false;  // else Resource::is_current() must be asked, where that may wait
  };
  Found find(std::uint64_t owner, std::string_view name, net::Loop& loop);

  /// Keeps `resource`, which has just been read. One that is not settled is not kept.
  void insert(std::uint64_t owner, std::string_view name, const std::shared_ptr<Resource>& resource, net::Loop& loop);
  /// `resource` turned out to be current. The requests of this turn may rely on it.
  void confirm(std::uint64_t owner, std::string_view name, const std::shared_ptr<Resource>& resource, net::Loop& loop);
  /// `resource` has got another coding. Its place is counted anew.
  void grown(std::uint64_t owner, std::string_view name, const std::shared_ptr<Resource>& resource);
  void forget(std::uint64_t owner, std::string_view name);
  /// The same for one that turned out not to be current, which Last-Modified of the next state must tell apart.
  void forget_replaced(std::uint64_t owner, std::string_view name, const Resource& resource);
  /// Lets go of all files of owners up to `last`, and takes none of theirs from now on: a reload has put others in
  /// their place. What is kept open cannot be unmounted, and what is deleted keeps its place on the disk.
  void retire(std::uint64_t last);

  /// Lets go of everything.
  void clear();

  /// Whether so many octets fit into it at all.
  bool can_hold(std::size_t octets) const { return octets <= room(); }
  std::size_t room() const { return limits().octets; }

  std::size_t octets() const { return octets_; }
  std::size_t descriptors() const { return descriptors_; }
  std::size_t count() const { return entries_.size(); }

 private:
  /// Of the loop: see Loop::looks() and Loop::now().
  struct Turn {
    std::uint64_t look = 0;
    std::uint64_t time = 0;
    bool operator==(const Turn&) const = default;
  };
  struct Entry {
    std::uint64_t owner = 0;
    std::string name;
    std::shared_ptr<Resource> resource;
    Turn checked;               // when it was last seen to be current
    std::uint64_t watched = 0;  // generation of the watch in which it has been current; 0: not watched
    std::uint32_t uses = 0;
    std::size_t octets = 0, descriptors = 0;  // as counted
  };
  using Entries = std::list<Entry>;
  struct Key {
    std::uint64_t owner;
    std::string_view name;  // of the entry
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>()(key.name) ^ static_cast<std::size_t>(key.owner * 0x9E3779B97F4A7C15);
    }
  };

  /// Watched files are also checked this often, in milliseconds: the kernel does not report every change.
  static constexpr std::uint64_t recheck = 250;
  /// After a change, no file is newly watched for this long, in milliseconds: more changes are likely.
  static constexpr std::uint64_t settling = 100;
  /// Watching costs dozens of system calls to begin with, so only files in use are worth it.
  static constexpr std::uint32_t uses_before_watching = 2;

  static Turn turn(net::Loop& loop) { return {loop.looks(), loop.now()}; }
  bool is_known_current(const Entry& entry, net::Loop& loop);
  bool look(Entry& entry, net::Loop& loop);
  bool begin_watching(const Entry& entry, std::uint64_t now);
  void count(Entry& entry);
  void shrink();
  void erase(Entries::iterator entry);

  Limits limits() const;

  std::optional<Limits> own_limits_;
  FileWatch watch_;
  std::uint64_t seen_generation_ = watch_.generation();
  std::uint64_t changed_at_ = 0;  // milliseconds of the loop's clock
  Entries entries_;               // the most recently used first
  std::unordered_map<Key, Entries::iterator, Hash> index_;
  std::uint64_t retired_ = 0;  // owners up to this one are gone
  std::size_t octets_ = 0;
  std::size_t descriptors_ = 0;
};

}  // namespace sluice::files
