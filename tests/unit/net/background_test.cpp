#include "net/background.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

using namespace sluice::net;

namespace {

/// Before anything uses the pool of this process.
const bool sized = [] {
  size_background_pool(1);
  return true;
}();

/// Where work waits until it is opened.
struct Gate {
  std::mutex mutex;
  std::condition_variable opened;
  bool open = false;
  std::size_t inside = 0, most = 0;

  void pass() {
    std::unique_lock lock(mutex);
    most = std::max(most, ++inside);
    opened.wait(lock, [this] { return open; });
    --inside;
  }
  void let_through() {
    std::lock_guard lock(mutex);
    open = true;
    opened.notify_all();
  }
};

}  // namespace

TEST_CASE("work that waits for ever leaves threads for other lanes, and is all done in the end") {
  REQUIRE(sized);
  Loop loop;
  Gate gate;
  std::size_t stuck = 0, others = 0;
  auto done = [&] {
    if (stuck == 20 && others == 2) loop.stop();
  };
  for (int i = 0; i < 20; ++i)
    run_in_background(loop, lane_of("/stuck"), [&] { gate.pass(); }, [&] { ++stuck, done(); });
  auto other = [&] {
    ++others;
    CHECK(stuck == 0);
    if (others == 2) gate.let_through();
    done();
  };
  run_in_background(loop, lane_of("/quick"), [] {}, other);
  run_in_background(loop, Lane::open, [] {}, other);
  CHECK_FALSE(background_work_ends(std::chrono::milliseconds(20)));
  loop.run();
  CHECK(stuck == 20);
  CHECK(gate.most <= lane_width);
  CHECK(background_work_ends(std::chrono::seconds(10)));
}

TEST_CASE("a directory has one lane, which is none of those with a name") {
  CHECK(lane_of("/srv/www") == lane_of("/srv/www"));
  CHECK(lane_of("/srv/www") != lane_of("/srv/nfs"));
  CHECK(lane_of("") != Lane::open);
  CHECK(lane_of("") != Lane::cold_file);
}
