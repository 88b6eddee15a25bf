#include "files/cache.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "files/content/recent_changes.hpp"

namespace sluice::files {

namespace {

std::atomic<std::size_t> worker_octets = 32 << 20;
std::atomic<std::size_t> worker_descriptors = 256;
std::atomic<std::uint64_t> newest_owner = 0;

}  // namespace

void FileCache::set_worker_limits(Limits limits) {
  worker_octets = limits.octets;
  worker_descriptors = limits.descriptors;
}

FileCache::Limits FileCache::limits() const { return own_limits_.value_or(Limits{worker_octets, worker_descriptors}); }

std::uint64_t FileCache::new_owner() { return ++newest_owner; }

std::uint64_t FileCache::last_owner() { return newest_owner; }

FileCache& FileCache::of_this_thread() {
  static thread_local FileCache cache;
  return cache;
}

FileCache::Found FileCache::find(std::uint64_t owner, std::string_view name, net::Loop& loop) {
  auto entry = entries_.begin();
  bool latest = !entries_.empty() && entry->owner == owner && entry->name == name;
  if (!latest) {
    auto found = index_.find({owner, name});
    if (found == index_.end()) return {};
    entry = found->second;
    entries_.splice(entries_.begin(), entries_, entry);
  }
  ++entry->uses;
  if (is_known_current(*entry, loop)) return {&entry->resource, true};
  if (!entry->resource->watchable) return {&entry->resource, false};
  if (look(*entry, loop)) return {&entry->resource, true};
  note_replaced(entry->resource->traits.name, entry->resource->plain->identity);
  erase(entry);
  return {};
}

bool FileCache::is_known_current(const Entry& entry, net::Loop& loop) {
  auto generation = watch_.generation();
  if (entry.watched != 0) return entry.watched == generation && loop.now() - entry.checked.time < recheck;
  return entry.checked == turn(loop);
}

bool FileCache::look(Entry& entry, net::Loop& loop) {
  auto now = loop.now();
  auto generation = watch_.generation();
  if (generation != std::exchange(seen_generation_, generation)) changed_at_ = now;
  // First the watch, then the look: what changes after the look is reported.
  bool watching = entry.watched == generation || begin_watching(entry, now);
  seen_generation_ = watch_.generation();
  if (!entry.resource->is_current()) return false;
  entry.checked = turn(loop);
  entry.watched = watching ? seen_generation_ : 0;
  return true;
}

bool FileCache::begin_watching(const Entry& entry, std::uint64_t now) {
  if (entry.uses < uses_before_watching || now - changed_at_ < settling) return false;
  return std::ranges::all_of(entry.resource->dependencies, [&](const auto& dependency) {
    return dependency.identity ? watch_.watch(dependency.name) : watch_.watch_absence(dependency.name);
  });
}

void FileCache::insert(std::uint64_t owner, std::string_view name, const std::shared_ptr<Resource>& resource,
                       net::Loop& loop) {
  forget(owner, name);
  if (owner <= retired_ || !resource->settled()) return;
  Entry entry;
  entry.owner = owner;
  entry.name = name;
  entry.resource = resource;
  entry.checked = turn(loop);
  entries_.push_front(std::move(entry));
  index_.emplace(Key{owner, entries_.front().name}, entries_.begin());
  count(entries_.front());
  shrink();
}

void FileCache::confirm(std::uint64_t owner, std::string_view name, const std::shared_ptr<Resource>& resource,
                        net::Loop& loop) {
  auto found = index_.find({owner, name});
  if (found != index_.end() && found->second->resource == resource) found->second->checked = turn(loop);
}

void FileCache::grown(std::uint64_t owner, std::string_view name, const std::shared_ptr<Resource>& resource) {
  auto found = index_.find({owner, name});
  if (found == index_.end() || found->second->resource != resource) return;
  count(*found->second);
  shrink();
}

void FileCache::forget(std::uint64_t owner, std::string_view name) {
  if (auto found = index_.find({owner, name}); found != index_.end()) erase(found->second);
}

void FileCache::forget_replaced(std::uint64_t owner, std::string_view name, const Resource& resource) {
  note_replaced(resource.traits.name, resource.plain->identity);
  forget(owner, name);
}

void FileCache::retire(std::uint64_t last) {
  retired_ = std::max(retired_, last);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    auto next = std::next(entry);
    if (entry->owner <= retired_) erase(entry);
    entry = next;
  }
}

void FileCache::clear() {
  while (!entries_.empty()) erase(entries_.begin());
}

/// Brings the sums up to date with what the entry takes now.
void FileCache::count(Entry& entry) {
  constexpr std::size_t nodes = 128;  // of list and index
  octets_ -= entry.octets;
  descriptors_ -= entry.descriptors;
  entry.octets = sizeof(Entry) + nodes + entry.name.capacity() + entry.resource->footprint();
  entry.descriptors = entry.resource->descriptors();
  octets_ += entry.octets;
  descriptors_ += entry.descriptors;
}

void FileCache::shrink() {
  auto most = limits();
  while (octets_ > most.octets || descriptors_ > most.descriptors) erase(std::prev(entries_.end()));
}

void FileCache::erase(Entries::iterator entry) {
  octets_ -= entry->octets;
  descriptors_ -= entry->descriptors;
  index_.erase({entry->owner, entry->name});
  entries_.erase(entry);
}

}  // namespace sluice::files
