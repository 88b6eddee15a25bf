#include "handlers/file_cache.hpp"

#include <atomic>
#include <utility>

namespace sluice::handlers {

std::uint64_t FileCache::new_owner() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

FileCache& FileCache::of_this_thread() {
  static thread_local FileCache cache;
  return cache;
}

std::size_t FileCache::Entry::footprint() const {
  constexpr std::size_t nodes = 128;  // of list and index
  return sizeof(Entry) + nodes + path.capacity() + name.capacity() + file->footprint();
}

/// The number of the present turn. Only turns in which somebody asks are counted: the first to ask has the
/// count go on when the turn ends.
FileCache::Turn FileCache::turn(net::Loop& loop) {
  if (!turn_->ends) {
    turn_->ends = true;
    loop.at_end_of_turn([counter = turn_] {
      ++counter->number;
      counter->ends = false;
    });
  }
  return {turn_->number, loop.now()};
}

std::shared_ptr<const ServedFile> FileCache::find(std::uint64_t owner, std::string_view path,
                                                  net::Loop& loop) {
  auto found = index_.find({owner, path});
  if (found == index_.end()) return nullptr;
  auto entry = found->second;
  if (!is_current(*entry, loop)) {
    erase(entry);
    return nullptr;
  }
  ++entry->uses;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->file;
}

bool FileCache::is_current(Entry& entry, net::Loop& loop) {
  auto now = loop.now();
  auto generation = watch_.generation();
  if (entry.watched == generation && now - entry.checked.time < recheck) return true;
  if (generation != std::exchange(seen_generation_, generation)) changed_at_ = now;

  auto present = turn(loop);
  if (entry.checked == present && entry.watched == 0) return true;
  // First the watch, then the look: what changes after the look is reported.
  bool watching = entry.watched == generation || begin_watching(entry, now);
  seen_generation_ = watch_.generation();
  struct stat status {};
  if (::stat(entry.name.c_str(), &status) != 0 || FileIdentity(status) != entry.file->identity) return false;
  entry.checked = present;
  entry.watched = watching ? seen_generation_ : 0;
  return true;
}

bool FileCache::begin_watching(const Entry& entry, std::uint64_t now) {
  if (entry.uses < uses_before_watching || now - changed_at_ < unrest) return false;
  return watch_.watch(entry.name);
}

void FileCache::insert(std::uint64_t owner, std::string_view path, std::string name,
                       std::shared_ptr<const ServedFile> file, net::Loop& loop) {
  if (!file->settled) return;
  if (auto old = index_.find({owner, path}); old != index_.end()) erase(old->second);

  entries_.push_front({owner, std::string(path), std::move(name), std::move(file), turn(loop), 0, 0});
  auto entry = entries_.begin();
  index_.emplace(Key{owner, entry->path}, entry);
  octets_ += entry->footprint();
  descriptors_ += entry->file->file ? 1 : 0;
  while (octets_ > limits_.octets || descriptors_ > limits_.descriptors) erase(std::prev(entries_.end()));
}

void FileCache::erase(Entries::iterator entry) {
  octets_ -= entry->footprint();
  descriptors_ -= entry->file->file ? 1 : 0;
  index_.erase({entry->owner, entry->path});
  entries_.erase(entry);
}

}  // namespace sluice::handlers
