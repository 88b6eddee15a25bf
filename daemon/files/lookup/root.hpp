#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <expected>
#include <string>

#include "base/file_descriptor.hpp"

namespace sluice::files {

/// What may be done with symbolic links below a root.
enum class Symlinks : std::uint8_t {
  inside,  // followed where they lead to something below the root
  off,     // none is followed
  follow,  // followed wherever they lead
};

/// One state of one file. Two equal identities have the same content: the kernel sets the time of change,
/// nobody else can.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified = 0, changed = 0;              // seconds since 1970
  std::int64_t modified_nanos = 0, changed_nanos = 0;  // within the second

  FileIdentity() = default;
  explicit FileIdentity(const struct stat& status);
  bool operator==(const FileIdentity&) const = default;
};

/// Whether a call may wait for a disk or a network.
enum class Waiting : std::uint8_t {
  allowed,
  never,  // EAGAIN instead
};

/// What stands at a path: a handle that can be looked at but not read (O_PATH), and what fstat says of it.
struct FileNode {
  FileDescriptor handle;
  struct stat status{};

  bool is_file() const { return S_ISREG(status.st_mode); }
  bool is_directory() const { return S_ISDIR(status.st_mode); }
};

/// A file opened for reading.
struct ReadableFile {
  FileDescriptor descriptor;
  FileIdentity identity;
};

/// A directory below which files are looked up, and which no path leaves: not by `..`, not by an absolute
/// path, not by a symbolic link, whatever happens in the directory meanwhile (openat2 with RESOLVE_BENEATH).
/// An absolute symbolic link leaves the root and may come back to it: then what it leads to is looked up.
/// The root itself is looked up anew each time, so that a deploy which switches a symbolic link is seen at
/// once. Immutable; used by all threads.
class FileRoot {
 public:
  FileRoot(std::string path, Symlinks symlinks) : path_(std::move(path)), symlinks_(symlinks) {}

  const std::string& path() const { return path_; }
  /// Whether a name may stand for another file as soon as a directory on the way becomes a link.
  bool minds_links() const { return symlinks_ != Symlinks::follow; }

  /// What stands at `relative` ("a/b.html", "" for the root itself); the error is an errno. Nothing is opened
  /// for reading, so that devices, FIFOs and sockets notice nothing.
  std::expected<FileNode, int> find(const std::string& relative, Waiting waiting = Waiting::allowed) const;

  /// The state of what stands at `relative`; the error is an errno. Waits for the file system.
  std::expected<FileIdentity, int> identity_of(const std::string& relative) const;

  /// Opens what find() found for reading. EACCES where it is no regular file.
  static std::expected<ReadableFile, int> open(const FileNode& node);

 private:
  /// What stands at `relative`, as an O_PATH handle; none with errno.
  FileDescriptor open_node(const std::string& relative, Waiting waiting) const;
  /// The handle of a path on which the kernel met a link out of the root; none, with errno, where the path
  /// does not lead back to it.
  FileDescriptor open_resolved(int root, const std::string& relative, Waiting waiting) const;

  std::string path_;
  Symlinks symlinks_;
};

}  // namespace sluice::files
