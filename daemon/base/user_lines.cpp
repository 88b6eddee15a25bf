#include "base/user_lines.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include "base/escape.hpp"
#include "base/line_sink.hpp"

namespace sluice::user_lines {

namespace {

struct Lines {
  LineSink sink{STDOUT_FILENO};
  std::function<void()> wake;
  std::string line;

  ~Lines() { sink.flush(); }
};

Lines& lines() {
  thread_local Lines mine;
  return mine;
}

}  // namespace

void add(std::string_view text) {
  auto& mine = lines();
  bool first = mine.sink.empty();
  mine.line.clear();
  append_log_escaped(mine.line, text);
  mine.sink.add(mine.line);
  if (!mine.wake) {
    mine.sink.flush();
  } else if (first) {
    mine.wake();
  }
}

void flush() { lines().sink.flush(); }

void set_wake(std::function<void()> wake) { lines().wake = std::move(wake); }

}  // namespace sluice::user_lines
