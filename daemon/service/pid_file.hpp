#pragma once

#include <sys/types.h>
#include <optional>
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

/// The process that a file names; nothing when it cannot be read or when no such process runs.
std::optional<pid_t> running_process(const std::string& pid_file);

}  // namespace sluice::service
