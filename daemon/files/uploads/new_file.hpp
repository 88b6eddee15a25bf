#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "files/lookup/root.hpp"

namespace sluice::files {

/// A file that is being written. It has no name (O_TMPFILE), or a hidden one where the file system cannot do that,
/// until commit() gives it its own. One that is not committed is gone with its object, also when the process is killed,
/// unless its name is hidden. Errors are errnos. Every call may wait for a disk: this is for the thread pool.
class NewFile {
 public:
  enum class Temporary : std::uint8_t { unnamed, hidden };

  /// Begins the file `name` ("a/b.txt") below `folder`, which must outlive it. Creates no folders yet. `size` bytes are
  /// expected; 0: unknown. ENOSPC: there is less room. EISDIR: there is a directory of this name. ENOTDIR: a part of
  /// the path is a file. EXDEV: a symbolic link leads out of `folder`.
  static std::expected<std::unique_ptr<NewFile>, int> open(const FileRoot& folder, std::string name, std::uint64_t size,
                                                           Temporary temporary = Temporary::unnamed);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// What had the name when the file was opened.
  const std::optional<FileIdentity>& existing() const { return existing_; }
  /// Returns 0 or an errno.
  int write(std::string_view bytes);
  /// Creates the folders on the way, and puts the file in its place, for good: content and names are on the disk then.
  /// A symbolic link of that name is replaced, not followed. Returns whether no file of that name was there; where
  /// there is one and `replaces` is false: EEXIST.
  std::expected<bool, int> commit(bool replaces);

 private:
  NewFile(const FileRoot& folder, std::string name) : folder_(folder), name_(std::move(name)) {}

  int find_nearest();
  int look_at_existing();
  int create(Temporary temporary);
  int create_hidden();
  int push_out(std::uint64_t window);
  int make_folders();
  int target() const { return parent_ ? parent_.get() : nearest_.get(); }
  std::expected<bool, int> link_to(const std::string& name, bool replaces);
  std::expected<bool, int> rename_to(const std::string& name, bool replaces);

  const FileRoot& folder_;
  std::string name_;
  FileDescriptor nearest_;    // the last directory on the way that exists; O_PATH
  std::string nearest_name_;  // below `folder_`
  FileDescriptor parent_;     // of the file, where it had to be created; O_PATH
  FileDescriptor file_;
  std::string hidden_;  // its name in `nearest_`; empty: none
  std::optional<FileIdentity> existing_;
  std::uint64_t written_ = 0;
  std::uint64_t pushed_ = 0;  // bytes that the kernel has been told to write to the disk
};

}  // namespace sluice::files
