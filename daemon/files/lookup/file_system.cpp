#include "files/lookup/file_system.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <span>
#include <unordered_map>

namespace sluice::files {

namespace {

using Clock = std::chrono::steady_clock;
using net::Storage;

constexpr auto memory_types = std::to_array<unsigned long>({TMPFS_MAGIC, RAMFS_MAGIC});
constexpr auto disk_types = std::to_array<unsigned long>({
    EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC, XFS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, SQUASHFS_MAGIC,
    EROFS_SUPER_MAGIC_V1, ISOFS_SUPER_MAGIC, MSDOS_SUPER_MAGIC,
    0x2fc12fc1,  // ZFS
    0xca451a4e,  // bcachefs
    0x2011bab0,  // exFAT
});

bool contains(std::span<const unsigned long> types, const struct statfs& status) {
  return std::ranges::find(types, static_cast<unsigned long>(status.f_type)) != types.end();
}

Storage ask(const std::string& path) {
  struct statfs status{};
  if (::statfs(path.c_str(), &status) != 0) return Storage::remote;
  if (contains(memory_types, status)) return Storage::memory;
  return contains(disk_types, status) ? Storage::disk : Storage::remote;
}

/// What is known of devices, for all threads.
class Devices {
 public:
  std::optional<Storage> find(std::uint64_t device) {
    std::lock_guard lock(mutex_);
    auto found = known_.find(device);
    if (found == known_.end() || Clock::now() - found->second.since > valid) return std::nullopt;
    return found->second.storage;
  }
  void set(std::uint64_t device, Storage storage) {
    std::lock_guard lock(mutex_);
    known_.insert_or_assign(device, Known{storage, Clock::now()});
  }

 private:
  static constexpr auto valid = std::chrono::seconds(10);
  struct Known {
    Storage storage;
    Clock::time_point since;
  };
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Known> known_;
};

}  // namespace

std::optional<Storage> storage_of(std::uint64_t device, const std::string& path, Waiting waiting) {
  static Devices devices;
  auto known = devices.find(device);
  if (known || waiting == Waiting::never) return known;
  auto storage = ask(path);
  devices.set(device, storage);
  return storage;
}

}  // namespace sluice::files
