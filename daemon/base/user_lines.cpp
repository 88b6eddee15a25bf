#include "base/user_lines.hpp"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <mutex>
#include <string>

namespace sluice {
namespace {

constexpr std::size_t most_queued = 1 << 20;
thread_local std::string queued;
std::atomic<unsigned long long> dropped = 0;
std::mutex output;  // so that lines of two threads do not mix

/// Whether a write of up to PIPE_BUF octets would not block: nobody may be reading the other end of a pipe.
bool takes_more() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0;
}

/// The longest part of `text` up to PIPE_BUF that ends with a line; of a longer line its begin.
std::string_view next_part(std::string_view text) {
  if (text.size() <= PIPE_BUF) return text;
  auto end = text.rfind('\n', PIPE_BUF - 1);
  return text.substr(0, end == std::string_view::npos ? PIPE_BUF : end + 1);
}

}  // namespace

bool queue_user_line(std::string_view line) {
  bool first = queued.empty();
  if (queued.size() + line.size() >= most_queued && !flush_user_lines()) {
    ++dropped;
    return first;
  }
  queued += line;
  queued += '\n';
  return first;
}

bool flush_user_lines() {
  if (queued.empty()) return true;
  std::lock_guard lock(output);
  std::string_view rest = queued;
  while (!rest.empty() && takes_more()) {
    auto part = next_part(rest);
    auto written = ::write(STDOUT_FILENO, part.data(), part.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN) rest = {};  // closed: nobody will ever read it
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  queued.erase(0, queued.size() - rest.size());
  return queued.empty();
}

unsigned long long dropped_user_lines() { return dropped; }

}  // namespace sluice
