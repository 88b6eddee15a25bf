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

/// A file that is being written. Until commit() it has no name (O_TMPFILE), or a hidden name if the file system does
/// not support that. Without commit(), the destructor removes it. If the process is killed, a file without a name is
/// gone, too; one with a hidden name remains. Errors are errno values. Every call may wait for the disk: use it in the
/// thread pool.
class NewFile {
 public:
  enum class Temporary : std::uint8_t { unnamed, hidden };

  /// Begins the file `name` ("a/b.txt") below `folder`, which must outlive it. Creates no folders yet. `size` is the
  /// expected number of bytes; 0: unknown. ENOSPC: the disk has less room. EISDIR: a directory has this name. ENOTDIR:
  /// a part of the path is a file. EXDEV: a symbolic link points outside `folder`.
  static std::expected<std::unique_ptr<NewFile>, int> open(const FileRoot& folder, std::string name, std::uint64_t size,
                                                           Temporary temporary = Temporary::unnamed);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// The file that had this name when the new one was opened.
  const std::optional<FileIdentity>& existing() const { return existing_; }
  /// Returns 0 or an errno.
  int write(std::string_view bytes);
  /// Creates the missing folders and gives the file its name. When it returns, content and names are on the disk. A
  /// symbolic link of that name is replaced, not followed. Returns true if the name is new, false if a file was
  /// replaced. EEXIST: the name exists and `replaces` is false.
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
  FileDescriptor nearest_;    // the deepest existing directory of the path; O_PATH
  std::string nearest_name_;  // below `folder_`
  FileDescriptor parent_;     // the file's directory, if commit() created it; O_PATH
  FileDescriptor file_;
  std::string hidden_;  // its name in `nearest_`; empty: none
  std::optional<FileIdentity> existing_;
  std::uint64_t written_ = 0;
  std::uint64_t pushed_ = 0;  // bytes that the kernel has been told to write to the disk
};

}  // namespace sluice::files
