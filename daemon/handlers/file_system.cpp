#include "handlers/file_system.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <unordered_map>

namespace sluice::handlers {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto local_types = std::to_array<unsigned long>({
    EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC, RAMFS_MAGIC, OVERLAYFS_SUPER_MAGIC,
    F2FS_SUPER_MAGIC, SQUASHFS_MAGIC, EROFS_SUPER_MAGIC_V1, ISOFS_SUPER_MAGIC, MSDOS_SUPER_MAGIC,
    0x2fc12fc1,  // ZFS
    0xca451a4e,  // bcachefs
    0x2011bab0,  // exFAT
});

bool ask(const std::string& path) {
  struct statfs status {};
  if (::statfs(path.c_str(), &status) != 0) return false;
  return std::ranges::find(local_types, static_cast<unsigned long>(status.f_type)) != local_types.end();
}

/// What is known of devices, for all threads.
class Devices {
 public:
  std::optional<bool> find(std::uint64_t device) {
    std::lock_guard lock(mutex_);
    auto found = known_.find(device);
    if (found == known_.end() || Clock::now() - found->second.since > valid) return std::nullopt;
    return found->second.local;
  }
  void set(std::uint64_t device, bool local) {
    std::lock_guard lock(mutex_);
    known_.insert_or_assign(device, Known{local, Clock::now()});
  }

 private:
  static constexpr auto valid = std::chrono::seconds(10);
  struct Known {
    bool local;
    Clock::time_point since;
  };
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Known> known_;
};

}  // namespace

std::optional<bool> is_local(std::uint64_t device, const std::string& path, Waiting waiting) {
  static Devices devices;
  auto known = devices.find(device);
  if (known || waiting == Waiting::never) return known;
  bool local = ask(path);
  devices.set(device, local);
  return local;
}

}  // namespace sluice::handlers
