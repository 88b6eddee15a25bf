#include "service/logs/access_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "logging/log.hpp"

namespace sluice::service {

namespace {

/// Nothing is written to that of "off": it only keeps the number.
FileDescriptor open_target(const std::string& to) {
  if (to == "off") return FileDescriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (to == "stdout") return FileDescriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  // Not to wait for whoever reads a FIFO; a write to a full one does not wait either, as its lines are counted as lost.
  return FileDescriptor(::open(to.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640));
}

}  // namespace

AccessTarget::AccessTarget() : fd_(open_target("off")) {}

int AccessTarget::set(const std::string& to) {
  auto fresh = open_target(to);
  if (!fresh || ::dup3(fresh.get(), fd_.get(), O_CLOEXEC) < 0) return errno;
  to_ = to;
  return 0;
}

void AccessTarget::reopen() {
  if (!is_file()) return;
  if (int error = set(to_)) logging::warning(access_log_trouble(to_, error));
}

void AccessTarget::follow() {
  if (!is_file()) return;
  struct stat open{}, named{};
  if (::fstat(fd_.get(), &open) != 0) return;
  bool moved = ::stat(to_.c_str(), &named) != 0 || open.st_ino != named.st_ino || open.st_dev != named.st_dev;
  if (moved) reopen();
}

std::string access_log_trouble(const std::string& to, int error) {
  return "cannot write the access log " + to + ": " + std::strerror(error);
}

}  // namespace sluice::service
