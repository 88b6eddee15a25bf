#include "service/system/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace sluice::service {

namespace {

/// Loops, listeners, logs and the like.
constexpr std::size_t descriptors_of_its_own = 32;

std::size_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::size_t>(limit.rlim_cur);
}

/// An eighth of all.
std::size_t reserve_for_files() { return descriptor_limit() / 8; }

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  return descriptor_limit();
}

std::size_t most_connections(const site::Site& site) {
  auto descriptors = descriptor_limit();
  auto kept = reserve_for_files() + descriptors_of_its_own;
  auto room = descriptors > kept ? descriptors - kept : 1;
  return std::min(static_cast<std::size_t>(site.server.limits.connections), room);
}

// Files that are being sent, and the directories on the way to them, need theirs as well.
std::size_t most_cached_files() { return reserve_for_files() / 2; }

}  // namespace sluice::service
