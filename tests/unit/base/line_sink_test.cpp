#include "base/line_sink.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

using sluice::LineSink;

TEST_CASE("lines leave together and whole") {
  int fds[2];
  REQUIRE(::pipe2(fds, O_NONBLOCK) == 0);
  LineSink sink(fds[1]);
  sink.add("one");
  sink.add("two");
  CHECK(sink.flush());
  char buffer[64];
  auto got = ::read(fds[0], buffer, sizeof buffer);
  CHECK(std::string(buffer, static_cast<std::size_t>(got)) == "one\ntwo\n");
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST_CASE("a full disk is known, and its lines wait") {
  int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  LineSink sink(full);
  sink.add("one");
  sink.add("two");
  CHECK_FALSE(sink.flush());
  CHECK(sink.trouble() == ENOSPC);
  CHECK(sink.lines() == 2);
  int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  sink.set_fd(nothing);
  CHECK(sink.flush());
  CHECK(sink.trouble() == 0);
  CHECK(sink.lines() == 0);
  ::close(full);
  ::close(nothing);
}

TEST_CASE("a sleeping reader costs lines, never a wait") {
  int fds[2];
  REQUIRE(::pipe(fds) == 0);  // blocking, as standard output may be
  LineSink sink(fds[1], 1 << 16);
  std::string line(1000, 'x');
  for (int i = 0; i < 1000; ++i) {
    sink.add(line);
    sink.flush();
  }
  CHECK_FALSE(sink.empty());
  CHECK(sink.size() <= 1 << 16);
  CHECK(sink.take_dropped() > 0);
  CHECK(sink.take_dropped() == 0);
  ::close(fds[0]);
  ::close(fds[1]);
}
