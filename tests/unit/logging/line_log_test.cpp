#include "logging/line_log.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

using sluice::logging::LineLog;

TEST_CASE("lines leave together and whole") {
  int fds[2];
  REQUIRE(::pipe2(fds, O_NONBLOCK) == 0);
  LineLog log(fds[1]);
  log.add("one");
  log.add("two");
  CHECK(log.flush());
  char buffer[64];
  auto got = ::read(fds[0], buffer, sizeof buffer);
  CHECK(std::string(buffer, static_cast<std::size_t>(got)) == "one\ntwo\n");
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST_CASE("a full disk is known, and its lines wait") {
  int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  LineLog log(full);
  log.add("one");
  log.add("two");
  CHECK_FALSE(log.flush());
  CHECK(log.trouble() == ENOSPC);
  CHECK(log.lines() == 2);
  int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nothing, full);  // as a rotated file takes the place of the old one
  CHECK(log.flush());
  CHECK(log.trouble() == 0);
  CHECK(log.lines() == 0);
  ::close(full);
  ::close(nothing);
}

TEST_CASE("a sleeping reader costs lines, never a wait") {
  int fds[2];
  REQUIRE(::pipe(fds) == 0);  // blocking, as standard output may be
  LineLog log(fds[1], 1 << 16);
  std::string line(1000, 'x');
  for (int i = 0; i < 1000; ++i) {
    log.add(line);
    log.flush();
  }
  CHECK_FALSE(log.empty());
  CHECK(log.size() <= 1 << 16);
  CHECK(log.take_dropped() > 0);
  CHECK(log.take_dropped() == 0);
  ::close(fds[0]);
  ::close(fds[1]);
}
