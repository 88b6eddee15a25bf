#include "service/memory_watch.hpp"

#include <unistd.h>

#include <cstdio>

namespace sluice::service {

namespace {

/// Octets; 0 when /proc does not say.
std::uint64_t resident_memory() {
  auto* file = std::fopen("/proc/self/statm", "re");
  if (!file) return 0;
  unsigned long long all = 0, resident = 0;
  auto read = std::fscanf(file, "%llu %llu", &all, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

MemoryWatch::MemoryWatch(net::Loop& loop, std::function<void(Level)> on_change) : on_change_(std::move(on_change)) {
  uv_timer_init(loop.raw(), timer_.get());
  timer_.get()->data = this;
}

void MemoryWatch::set_limit(Bytes limit) {
  limit_ = limit;
  if (limit.count == 0) {
    uv_timer_stop(timer_.get());
  } else {
    uv_timer_start(timer_.get(), [](uv_timer_t* t) { static_cast<MemoryWatch*>(t->data)->look(); }, 500, 500);
  }
  look();
}

void MemoryWatch::look() {
  auto used = limit_.count == 0 ? 0 : resident_memory();
  auto level = Level::calm;
  if (limit_.count != 0 && used >= limit_.count / 5 * 4)
    level = used >= limit_.count ? Level::short_of : Level::strained;
  if (level == level_) return;
  level_ = level;
  on_change_(level);
}

}  // namespace sluice::service
