#include "service/system/memory_watch.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace sluice::service {

namespace {

constexpr std::uint64_t interval = 500;  // ms
/// How long letting go may take until it shows, in ms.
constexpr std::uint64_t time_to_shed = 100;

/// Octets; 0 when /proc does not say.
std::uint64_t resident_memory() {
  auto* file = std::fopen("/proc/self/statm", "re");
  if (!file) return 0;
  unsigned long long all = 0, resident = 0;
  auto read = std::fscanf(file, "%llu %llu", &all, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

/// Octets that somebody has allocated and not freed, of those that are resident.
std::uint64_t live_memory(std::uint64_t resident) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return resident;  // they have allocators of their own
#else
  auto info = ::mallinfo2();
  return std::min<std::uint64_t>(resident, info.uordblks + info.hblkhd);
#endif
}

}  // namespace

MemoryWatch::MemoryWatch(net::Loop& loop, std::function<void()> shed, std::function<void(Level)> on_change)
    : shed_(std::move(shed)), on_change_(std::move(on_change)) {
  uv_timer_init(loop.raw(), timer_.get());
  timer_.get()->data = this;
}

void MemoryWatch::set_limit(Bytes limit) {
  limit_ = limit;
  uv_timer_stop(timer_.get());
  look();
}

void MemoryWatch::look_in(std::uint64_t milliseconds) {
  uv_timer_start(timer_.get(), [](uv_timer_t* t) { static_cast<MemoryWatch*>(t->data)->look(); }, milliseconds, 0);
}

void MemoryWatch::look() {
  auto now = limit_.count == 0 ? Level::calm : level();
  if (now > shed_for_) {
    shed_for_ = now;
    shed_();
    return look_in(time_to_shed);
  }
  shed_for_ = now;
  if (limit_.count != 0) look_in(interval);
  if (now == level_) return;
  level_ = now;
  on_change_(now);
}

MemoryWatch::Level MemoryWatch::level() {
  auto octets = used();
  if (octets >= limit_.count) return Level::short_of;
  return octets >= limit_.count / 5 * 4 ? Level::strained : Level::calm;
}

std::uint64_t MemoryWatch::used() {
  auto resident = resident_memory();
  return resident < limit_.count / 5 * 4 ? resident : trimmed(resident, limit_.count / 16);
}

void MemoryWatch::give_back() {
  constexpr std::uint64_t worthwhile = 64 << 20;
  if (++calls_ % 5 != 0) return;
  auto resident = resident_memory();
  if (resident > worthwhile) trimmed(resident, worthwhile);
}

/// Live memory. What lies in pages of the allocator and is nobody's is given back; to find that takes milliseconds and
/// the allocator's locks, so that it is done only when there is more to gain than the last time.
std::uint64_t MemoryWatch::trimmed(std::uint64_t resident, std::uint64_t worthwhile) {
  auto live = live_memory(resident);
  kept_ = std::min(kept_, resident - live);
  if (resident - live < kept_ + worthwhile) return live;
  ::malloc_trim(0);
  resident = resident_memory();
  kept_ = resident - std::min(live, resident);
  return live;
}

}  // namespace sluice::service
