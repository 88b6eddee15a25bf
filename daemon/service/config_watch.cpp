#include "service/config_watch.hpp"

#include <sys/stat.h>

namespace sluice::service {

ConfigWatch::ConfigWatch(net::Loop& loop, Files files, std::function<void()> changed)
    : files_(std::move(files)), changed_(std::move(changed)), seen_(see()) {
  uv_timer_init(loop.raw(), timer_.get());
  timer_.get()->data = this;
  uv_timer_start(timer_.get(), [](uv_timer_t* timer) { static_cast<ConfigWatch*>(timer->data)->look(); }, 333, 333);
}

std::vector<ConfigWatch::Seen> ConfigWatch::see() const {
  std::vector<Seen> all;
  for (const auto& file : files_()) {
    struct stat info{};
    auto& seen = all.emplace_back();
    if (::stat(file.c_str(), &info) != 0) continue;  // an editor is replacing it
    seen = {info.st_ino, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size};
  }
  return all;
}

void ConfigWatch::look() {
  auto now = see();
  if (now != seen_) {
    seen_ = std::move(now);
    unsettled_ = true;
  } else if (unsettled_) {
    unsettled_ = false;
    changed_();
    seen_ = see();  // of the files that are in use now
  }
}

}  // namespace sluice::service
