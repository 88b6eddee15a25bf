#include "base/standard_error.hpp"

#include <limits.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "base/line_sink.hpp"

namespace sluice::standard_error {

namespace {

struct State {
  std::mutex mutex;
  std::uint64_t lost = 0;
  bool torn = false;  // the last line that was written has no end
};

State& state() {
  static State all;
  return all;
}

/// How many octets were written. A pipe that takes octets now takes PIPE_BUF of them without waiting.
std::size_t write_now(std::string_view text) {
  std::size_t done = 0;
  while (done < text.size() && takes_octets_now(STDERR_FILENO)) {
    auto piece = text.substr(done, PIPE_BUF);
    auto written = ::write(STDERR_FILENO, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  return done;
}

}  // namespace

bool write(std::string_view lines) {
  auto& its = state();
  std::lock_guard lock(its.mutex);
  if (its.torn && write_now("\n") == 0) {
    ++its.lost;
    return false;
  }
  auto written = write_now(lines);
  its.torn = written > 0 && written < lines.size();
  if (written < lines.size()) ++its.lost;
  return written > 0;
}

std::uint64_t take_lost() {
  auto& its = state();
  std::lock_guard lock(its.mutex);
  if (its.lost == 0 || !takes_octets_now(STDERR_FILENO)) return 0;
  return std::exchange(its.lost, 0);
}

}  // namespace sluice::standard_error
