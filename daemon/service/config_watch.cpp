#include "service/config_watch.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "config/toml/include.hpp"

namespace sluice::service {

ConfigWatch::ConfigWatch(net::Loop& loop, Files files, std::function<void()> changed)
    : files_(std::move(files)), changed_(std::move(changed)), seen_(see()) {
  uv_timer_init(loop.raw(), timer_.get());
  timer_.get()->data = this;
  uv_timer_start(timer_.get(), [](uv_timer_t* timer) { static_cast<ConfigWatch*>(timer->data)->look(); }, 333, 333);
}

ConfigWatch::Sight ConfigWatch::see() const {
  Sight now;
  auto watched = files_();
  for (const auto& pattern : watched.patterns) {
    auto found = config::matching_files(pattern);
    watched.files.insert(watched.files.end(), found.begin(), found.end());
    now.matches.emplace(pattern, std::move(found));
  }
  for (const auto& file : watched.files) {
    struct stat info{};
    auto& seen = now.files[file];
    if (::stat(file.c_str(), &info) != 0) continue;  // an editor is replacing it
    seen = {info.st_ino, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size};
  }
  return now;
}

namespace {

/// Whether something that is in both is not the same.
template <class Map>
bool differ(const Map& before, const Map& now) {
  return std::ranges::any_of(now, [&before](const auto& entry) {
    auto known = before.find(entry.first);
    return known != before.end() && known->second != entry.second;
  });
}

}  // namespace

void ConfigWatch::note_new() {
  auto now = see();
  seen_.files.merge(now.files);
  seen_.matches.merge(now.matches);
}

void ConfigWatch::look() {
  auto now = see();
  bool differs = differ(seen_.files, now.files) || differ(seen_.matches, now.matches);
  seen_ = std::move(now);
  if (differs) {
    unsettled_ = true;
  } else if (std::exchange(unsettled_, false)) {
    changed_();
  }
}

}  // namespace sluice::service
