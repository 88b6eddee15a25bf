#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

namespace sluice::service {

/// A file that names this process while the object lives.
class PidFile {
 public:
  /// Writes the file, in one step: a reader finds the old text or the new one. What went wrong, or empty.
  std::string write(const std::string& name);
  /// Removes it, unless another process has written its own there meanwhile.
  void remove();
  ~PidFile() { remove(); }

 private:
  std::string name_;
};

/// The server that a file names, or why there is none. Only a process of this same program counts, and only one of the
/// file's owner, unless that is root: whoever writes the file could name any process, and root may signal them all.
std::expected<pid_t, std::string> running_server(const std::string& pid_file);

}  // namespace sluice::service
