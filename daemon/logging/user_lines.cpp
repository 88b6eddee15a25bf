#include "logging/user_lines.hpp"

#include <unistd.h>

#include <atomic>
#include <string>
#include <utility>

#include "base/escape.hpp"
#include "logging/line_log.hpp"

namespace sluice::logging::user_lines {

namespace {

struct Lines {
  LineLog log{STDOUT_FILENO};
  std::function<void()> wake;
  std::string line;

  ~Lines() { log.flush(); }
};

std::atomic<std::uint64_t> lost_lines{0};

Lines& lines() {
  thread_local Lines mine;
  return mine;
}

}  // namespace

void add(std::string_view text) {
  auto& mine = lines();
  bool first = mine.log.empty();
  mine.line.clear();
  append_log_escaped(mine.line, text);
  mine.log.add(mine.line);
  if (!mine.wake) {
    flush();
  } else if (first) {
    mine.wake();
  }
}

void flush() {
  auto& log = lines().log;
  log.flush();
  if (auto lost = log.take_dropped()) lost_lines.fetch_add(lost, std::memory_order_relaxed);
}

std::uint64_t dropped() { return lost_lines.load(std::memory_order_relaxed); }

void set_wake(std::function<void()> wake) { lines().wake = std::move(wake); }

}  // namespace sluice::logging::user_lines
