#include "logging/journal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sluice;

TEST_CASE("only the very stream that systemd named is the journal") {
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  struct stat info{};
  ::fstat(pipe[1], &info);
  auto named = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
  CHECK(logging::journal::is_stream(named.c_str(), pipe[1]));
  CHECK(!logging::journal::is_stream((named + "0").c_str(), pipe[1]));
  CHECK(!logging::journal::is_stream("1", pipe[1]));
  CHECK(!logging::journal::is_stream(nullptr, pipe[1]));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_CASE("every line for the journal begins with its priority") {
  CHECK(logging::journal::with_priority(logging::Level::error, "one\n\ntwo") == "<3>one\n<3>two\n");
  CHECK(logging::journal::with_priority(logging::Level::warning, "x\n") == "<4>x\n");
  CHECK(logging::journal::with_priority(logging::Level::info, "x") == "<6>x\n");
  CHECK(logging::journal::with_priority(logging::Level::debug, "x") == "<7>x\n");
}
