#include "files/uploads/new_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/hex.hpp"

namespace sluice::files {

namespace {

constexpr mode_t file_mode = 0644, folder_mode = 0755;  // less the umask

/// After this many bytes, the kernel is told to write them to the disk. Otherwise fsync(2) would write all of a large
/// file at the end, while the client waits.
constexpr std::uint64_t window_size = 8 << 20;

std::string_view parent_of(std::string_view name) {
  auto slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

std::string last_part(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string new_hidden_name() {
  std::array<char, 8> random{};
  (void)!::getrandom(random.data(), random.size(), 0);  // cannot fail for so few bytes
  return ".upload-" + hex({random.data(), random.size()});
}

/// Writes the entries of a directory to the disk. A directory without read permission cannot be synchronized, and some
/// file systems do not support it: both are ignored.
int sync_folder(int handle) {
  FileDescriptor folder(::openat(handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return errno == EACCES ? 0 : errno;
  return ::fsync(folder.get()) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

/// A file system that does not know its size reports 0 blocks.
bool has_room(int handle, std::uint64_t size) {
  struct statvfs room{};
  if (size == 0 || ::fstatvfs(handle, &room) != 0 || room.f_blocks == 0) return true;
  return size / room.f_frsize < room.f_bavail;
}

bool has_no_unnamed_files(int error) {
  return error == EOPNOTSUPP || error == EISDIR || error == ENOENT || error == EINVAL;
}

}  // namespace

std::expected<std::unique_ptr<NewFile>, int> NewFile::open(const FileRoot& folder, std::string name, std::uint64_t size,
                                                           Temporary temporary) {
  std::unique_ptr<NewFile> made(new NewFile(folder, std::move(name)));
  int error = made->find_nearest();
  if (error == 0) error = made->look_at_existing();
  if (error == 0 && !has_room(made->nearest_.get(), size)) error = ENOSPC;
  if (error == 0) error = made->create(temporary);
  if (error != 0) return std::unexpected(error);
  return made;
}

NewFile::~NewFile() {
  if (!hidden_.empty()) ::unlinkat(nearest_.get(), hidden_.c_str(), 0);
}

int NewFile::find_nearest() {
  std::string path(parent_of(name_));
  while (true) {
    auto node = folder_.find(path);
    if (node && !node->is_directory()) return ENOTDIR;
    if (node) {
      nearest_ = std::move(node->handle);
      nearest_name_ = std::move(path);
      return 0;
    }
    if (node.error() != ENOENT || path.empty()) return node.error();
    path = parent_of(path);
  }
}

int NewFile::look_at_existing() {
  if (nearest_name_ != parent_of(name_)) return 0;
  struct stat status{};
  if (::fstatat(nearest_.get(), last_part(name_).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? 0 : errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  existing_ = FileIdentity(status);
  return 0;
}

int NewFile::create(Temporary temporary) {
  if (temporary == Temporary::hidden) return create_hidden();
  file_ = FileDescriptor(::openat(nearest_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, file_mode));
  if (file_) return 0;
  return has_no_unnamed_files(errno) ? create_hidden() : errno;
}

int NewFile::create_hidden() {
  auto name = new_hidden_name();
  file_ = FileDescriptor(::openat(nearest_.get(), name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, file_mode));
  if (!file_) return errno;
  hidden_ = std::move(name);
  return 0;
}

int NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    written_ += static_cast<std::uint64_t>(count);
  }
  if (written_ - pushed_ < window_size) return 0;
  return push_out(written_ - pushed_);
}

/// Starts writing the newest bytes to the disk, and waits for the older ones.
int NewFile::push_out(std::uint64_t window) {
  auto begin = static_cast<off_t>(pushed_), size = static_cast<off_t>(window);
  bool done = (begin == 0 || ::sync_file_range(file_.get(), 0, begin, SYNC_FILE_RANGE_WAIT_BEFORE) == 0) &&
              ::sync_file_range(file_.get(), begin, size, SYNC_FILE_RANGE_WRITE) == 0;
  pushed_ += window;
  // Some file systems and sandboxes do not support the call. Any other error must be returned: the kernel reports a
  // disk error only once.
  return done || errno == EINVAL || errno == ENOSYS || errno == ESPIPE || errno == EPERM ? 0 : errno;
}

std::expected<bool, int> NewFile::commit(bool replaces) {
  if (::fsync(file_.get()) != 0) return std::unexpected(errno);
  if (int error = make_folders()) return std::unexpected(error);
  auto name = last_part(name_);
  auto is_new = hidden_.empty() ? link_to(name, replaces) : rename_to(name, replaces);
  if (!is_new) return is_new;
  if (int error = sync_folder(target())) return std::unexpected(error);
  return is_new;
}

int NewFile::make_folders() {
  std::string parent(parent_of(name_));
  auto made = nearest_name_.size();
  while (made < parent.size()) {
    auto begin = made == 0 ? 0 : made + 1;
    auto end = std::min(parent.find('/', begin), parent.size());
    auto part = parent.substr(begin, end - begin);
    if (::mkdirat(target(), part.c_str(), folder_mode) != 0 && errno != EEXIST) return errno;
    if (int error = sync_folder(target())) return error;
    auto node = folder_.find(parent.substr(0, end));
    if (!node) return node.error();
    if (!node->is_directory()) return ENOTDIR;
    parent_ = std::move(node->handle);
    made = end;
  }
  return 0;
}

std::expected<bool, int> NewFile::link_to(const std::string& name, bool replaces) {
  auto self = "/proc/self/fd/" + std::to_string(file_.get());
  auto link = [&](const std::string& to) {
    return ::linkat(AT_FDCWD, self.c_str(), target(), to.c_str(), AT_SYMLINK_FOLLOW) == 0;
  };
  if (link(name)) return true;
  if (errno != EEXIST || !replaces) return std::unexpected(errno);
  auto hidden = new_hidden_name();
  if (!link(hidden)) return std::unexpected(errno);
  if (::renameat(target(), hidden.c_str(), target(), name.c_str()) == 0) return false;
  int error = errno;
  ::unlinkat(target(), hidden.c_str(), 0);
  return std::unexpected(error);
}

std::expected<bool, int> NewFile::rename_to(const std::string& name, bool replaces) {
  bool is_new = ::renameat2(nearest_.get(), hidden_.c_str(), target(), name.c_str(), RENAME_NOREPLACE) == 0;
  if (!is_new) {
    bool unknown = errno == EINVAL || errno == ENOSYS;  // the file system does not support RENAME_NOREPLACE
    if (!unknown && errno != EEXIST) return std::unexpected(errno);
    is_new = unknown && ::faccessat(target(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0;
    if (!is_new && !replaces) return std::unexpected(EEXIST);
    if (::renameat(nearest_.get(), hidden_.c_str(), target(), name.c_str()) != 0) return std::unexpected(errno);
  }
  hidden_.clear();
  return is_new;
}

}  // namespace sluice::files
