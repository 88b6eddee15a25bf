#include "base/user_lines.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <thread>

using namespace sluice;

namespace {

/// Puts a non-blocking pipe in place of standard output for as long as it lives.
class StandardOutput {
 public:
  StandardOutput() : saved_(::dup(STDOUT_FILENO)) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[1]);
    read_end_ = ends[0];
  }
  ~StandardOutput() {
    ::dup2(saved_, STDOUT_FILENO);
    ::close(saved_);
    ::close(read_end_);
  }
  std::string read() {
    std::string all(1 << 20, '\0');
    auto size = ::read(read_end_, all.data(), all.size());
    return size < 0 ? "" : all.substr(0, static_cast<std::size_t>(size));
  }

 private:
  int saved_, read_end_;
};

}  // namespace

TEST_CASE("queued lines are written together and in order") {
  std::string before, after;
  bool first = false, second = false;
  {
    StandardOutput output;
    first = queue_user_line("one");
    second = queue_user_line("two");
    before = output.read();
    flush_user_lines();
    after = output.read();
  }
  CHECK(first);
  CHECK(!second);
  CHECK(before.empty());
  CHECK(after == "one\ntwo\n");
}

TEST_CASE("a standard output that nobody reads blocks nothing and costs bounded memory") {
  bool all_written = true;
  unsigned long long dropped = 0;
  std::string begin;
  {
    StandardOutput output;
    std::string line(1000, 'x');
    dropped = dropped_user_lines();
    for (int i = 0; i < 3000; ++i) queue_user_line(line);
    all_written = flush_user_lines();
    dropped = dropped_user_lines() - dropped;
    begin = output.read();
    while (!flush_user_lines()) output.read();
    output.read();
  }
  CHECK(!all_written);
  CHECK(dropped > 1000);
  CHECK(dropped < 2100);
  CHECK(begin.starts_with(std::string(1000, 'x') + "\n"));
}
