#include "service/system/pid_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/file_descriptor.hpp"
#include "service/system/process.hpp"

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
  if (!name_.empty() && running_server(name_) == ::getpid()) ::unlink(name_.c_str());
}

std::expected<pid_t, std::string> running_server(const std::string& pid_file) {
  auto fail = [&](const std::string& why) { return std::unexpected("no server runs by " + pid_file + ": " + why); };
  FileDescriptor file(::open(pid_file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // not waiting for a FIFO's writer
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) return fail(std::strerror(errno));
  char text[32];
  auto length = ::read(file.get(), text, sizeof text);
  pid_t pid = 0;
  if (length > 0) std::from_chars(text, text + length, pid);
  if (pid <= 1) return fail("it names no process");
  auto named = "process " + std::to_string(pid);
  auto user = user_of(pid);
  if (!user) return fail("there is no " + named);
  if (program_of(pid) != program_of(::getpid())) return fail(named + " is another program");
  if (info.st_uid != 0 && info.st_uid != *user) return fail(named + " does not belong to the owner of the file");
  return pid;
}

}  // namespace sluice::service
