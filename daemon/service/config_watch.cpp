#include "service/config_watch.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace sluice::service {

ConfigWatch::ConfigWatch(net::Loop& loop, Files files, std::function<void()> changed)
    : files_(std::move(files)), changed_(std::move(changed)), seen_(see()) {
  uv_timer_init(loop.raw(), timer_.get());
  timer_.get()->data = this;
  uv_timer_start(timer_.get(), [](uv_timer_t* timer) { static_cast<ConfigWatch*>(timer->data)->look(); }, 333, 333);
}

std::map<std::string, ConfigWatch::Seen> ConfigWatch::see() const {
  std::map<std::string, Seen> all;
  for (const auto& file : files_()) {
    struct stat info{};
    auto& seen = all[file];
    if (::stat(file.c_str(), &info) != 0) continue;  // an editor is replacing it
    seen = {info.st_ino, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size};
  }
  return all;
}

void ConfigWatch::look() {
  auto now = see();
  bool differs = std::ranges::any_of(now, [this](const auto& file) {
    auto before = seen_.find(file.first);
    return before != seen_.end() && before->second != file.second;
  });
  seen_ = std::move(now);
  if (differs) {
    unsettled_ = true;
  } else if (std::exchange(unsettled_, false)) {
    changed_();
  }
}

}  // namespace sluice::service
