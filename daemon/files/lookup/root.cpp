#include "files/lookup/root.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "files/lookup/file_system.hpp"
#include "files/lookup/path_walk.hpp"

namespace sluice::files {

namespace {

constexpr std::uint64_t resolve_flags(Symlinks symlinks) {
  switch (symlinks) {
    case Symlinks::off: return RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    case Symlinks::follow: return RESOLVE_NO_MAGICLINKS;
    case Symlinks::inside: break;
  }
  return RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
}

/// openat2(2) as an O_PATH handle. The kernel answers EAGAIN when a rename somewhere made it uncertain
/// whether the path stayed beneath; the next try is likely to succeed, and a walk in steps minds no renames.
int open_handle(int directory, const char* path, std::uint64_t flags, std::uint64_t resolve, Waiting waiting) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC | flags;
  how.resolve = resolve | (waiting == Waiting::never ? RESOLVE_CACHED : 0);
  long fd = -1;
  for (int tries = 0; tries < 16; ++tries) {
    fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR) || waiting == Waiting::never) break;
  }
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != EAGAIN)) return static_cast<int>(fd);
  if (waiting == Waiting::allowed) return open_by_steps(directory, path, flags, resolve);
  errno = EAGAIN;  // only openat2 can tell whether it would have to wait
  return -1;
}

/// Without symbolic links and dots; empty when it cannot be told, for the reason in errno.
std::string real_path(const std::string& path) {
  std::array<char, PATH_MAX> resolved;
  return ::realpath(path.c_str(), resolved.data()) != nullptr ? resolved.data() : std::string();
}

/// Whether fstat(2) answers at once: a remote file system asks its server what has changed.
bool can_be_looked_at(int fd) {
  struct statx known{};
  if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &known) != 0) return false;
  auto device = makedev(known.stx_dev_major, known.stx_dev_minor);
  auto storage = storage_of(device, {}, Waiting::never);
  return storage && *storage != net::Storage::remote;
}

}  // namespace

FileIdentity::FileIdentity(const struct stat& status)
    : device(status.st_dev),
      inode(status.st_ino),
      size(static_cast<std::uint64_t>(status.st_size)),
      modified(status.st_mtim.tv_sec),
      changed(status.st_ctim.tv_sec),
      modified_nanos(status.st_mtim.tv_nsec),
      changed_nanos(status.st_ctim.tv_nsec) {}

FileDescriptor FileRoot::open_node(const std::string& relative, Waiting waiting) const {
  FileDescriptor root(open_handle(AT_FDCWD, path_.c_str(), O_DIRECTORY, 0, waiting));
  if (!root) return root;
  const char* path = relative.empty() ? "." : relative.c_str();
  FileDescriptor node(open_handle(root.get(), path, 0, resolve_flags(symlinks_), waiting));
  if (!node && errno == EXDEV && symlinks_ == Symlinks::inside && !relative.starts_with('/'))
    return open_resolved(root.get(), relative, waiting);
  return node;
}

std::expected<FileIdentity, int> FileRoot::identity_of(const std::string& relative) const {
  auto node = open_node(relative, Waiting::allowed);
  struct stat status{};
  if (!node || ::fstat(node.get(), &status) != 0) return std::unexpected(errno);
  return FileIdentity(status);
}

std::expected<FileNode, int> FileRoot::find(const std::string& relative, Waiting waiting) const {
  FileNode node;
  node.handle = open_node(relative, waiting);
  if (!node.handle) return std::unexpected(errno);
  if (waiting == Waiting::never && !can_be_looked_at(node.handle.get())) return std::unexpected(EAGAIN);
  if (::fstat(node.handle.get(), &node.status) != 0) return std::unexpected(errno);
  // Who may not wait can only look at what is known.
  if (waiting == Waiting::allowed) storage_of(node.status.st_dev, path_ + "/" + relative, waiting);
  return node;
}

FileDescriptor FileRoot::open_resolved(int root, const std::string& relative, Waiting waiting) const {
  if (waiting == Waiting::never) {
    errno = EAGAIN;
    return {};
  }
  auto top = real_path(path_);
  auto place = real_path(path_ + "/" + relative);
  if (top.empty() || place.empty()) return {};
  if (!top.ends_with('/')) top += '/';
  if (!place.starts_with(top)) {
    errno = EXDEV;
    return {};
  }
  // What is a link by now was not one a moment ago: then somebody is at work, and the path is not followed.
  return FileDescriptor(
      open_handle(root, place.c_str() + top.size(), 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, waiting));
}

std::expected<ReadableFile, int> FileRoot::open(const FileNode& node) {
  if (!node.is_file()) return std::unexpected(EACCES);
  // Through the handle, so that it is the file that was looked at and no other that has taken its name since.
  auto name = "/proc/self/fd/" + std::to_string(node.handle.get());
  ReadableFile file;
  file.descriptor = FileDescriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.descriptor) return std::unexpected(errno);
  struct stat status{};
  if (::fstat(file.descriptor.get(), &status) != 0) return std::unexpected(errno);
  file.identity = FileIdentity(status);
  return file;
}

}  // namespace sluice::files
