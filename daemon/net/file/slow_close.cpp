#include "net/file/slow_close.hpp"

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::net {

namespace {

class Closer {
 public:
  Closer() { std::thread(&Closer::run, this).detach(); }

  void add(int fd) {
    std::lock_guard lock(mutex_);
    pending_.push_back(fd);
    arrived_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      arrived_.wait(lock, [this] { return !pending_.empty(); });
      auto closing = std::exchange(pending_, {});
      lock.unlock();
      for (int fd : closing) ::close(fd);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<int> pending_;
};

}  // namespace

void close_elsewhere(int fd) {
  // Never destroyed: its thread runs until the process ends.
  static auto* const closer = new Closer;
  closer->add(fd);
}

}  // namespace sluice::net
