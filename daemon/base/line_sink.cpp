#include "base/line_sink.hpp"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sluice {

bool takes_octets_now(int fd) {
  pollfd wanted{fd, POLLOUT, 0};
  return ::poll(&wanted, 1, 0) == 1 && (wanted.revents & POLLOUT);
}

namespace {

bool is_file(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

void LineSink::add(std::string_view line) {
  if (buffer_.size() + line.size() + 1 > limit_) {
    ++dropped_;
    return;
  }
  buffer_.append(line);
  buffer_.push_back('\n');
}

bool LineSink::flush() {
  std::size_t done = 0;
  trouble_ = 0;
  bool whole = is_file(fd_);  // a pipe that polls writable takes PIPE_BUF octets without waiting, a file any number
  while (done < buffer_.size() && takes_octets_now(fd_)) {
    auto rest = std::string_view(buffer_).substr(done);
    auto piece = whole ? rest : rest.substr(0, PIPE_BUF);
    auto end = piece.rfind('\n');
    if (end != std::string_view::npos) piece = piece.substr(0, end + 1);
    auto written = ::write(fd_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {  // a full disk: what fits stays buffered, the rest is counted
      trouble_ = errno;
      break;
    }
    done += static_cast<std::size_t>(written);
  }
  buffer_.erase(0, done);
  return buffer_.empty();
}

std::uint64_t LineSink::lines() const { return static_cast<std::uint64_t>(std::ranges::count(buffer_, '\n')); }

std::uint64_t LineSink::take_dropped() { return std::exchange(dropped_, 0); }

}  // namespace sluice
