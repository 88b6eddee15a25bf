#include "service/pid_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace sluice::service {

std::string PidFile::write(const std::string& name) {
  auto fresh = name + ".new";
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << ::getpid() << '\n';
    if (!file.flush()) return "cannot write " + fresh + ": " + std::strerror(errno);
  }
  if (std::rename(fresh.c_str(), name.c_str()) != 0) return "cannot write " + name + ": " + std::strerror(errno);
  name_ = name;
  return {};
}

void PidFile::remove() {
  if (!name_.empty() && running_process(name_) == ::getpid()) ::unlink(name_.c_str());
}

std::optional<pid_t> running_process(const std::string& pid_file) {
  std::ifstream file(pid_file);
  pid_t pid = 0;
  if (!(file >> pid) || pid <= 1) return std::nullopt;
  if (::kill(pid, 0) != 0 && errno != EPERM) return std::nullopt;
  return pid;
}

}  // namespace sluice::service
