#pragma once

#include <string>

#include "base/file_descriptor.hpp"

namespace sluice::service {

/// Where the lines of the access log go: a descriptor whose number stays while what it stands for changes, so that the
/// workers, who write to it, need not know. The daemon owns it; only the control thread calls it.
class AccessTarget {
 public:
  AccessTarget();

  int fd() const { return fd_.get(); }
  /// Points it to what `[log.access] to` names: "off", "stdout" or a file, which is appended to. Returns what went
  /// wrong, as errno has it, or 0; then nothing has changed.
  int set(const std::string& to);
  /// Opens the file anew under its name, for logrotate.
  void reopen();
  /// The same when the file is no longer the one that its name means.
  void follow();

 private:
  bool is_file() const { return to_ != "off" && to_ != "stdout"; }

  std::string to_ = "off";
  FileDescriptor fd_;
};

/// "cannot write the access log FILE: No such file or directory"
std::string access_log_trouble(const std::string& to, int error);

}  // namespace sluice::service
