#include "net/loop/background.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

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

TEST_CASE("work that waits for ever leaves threads for other queues, and is all done in the end") {
  REQUIRE(sized);
  Loop loop;
  Gate gate;
  std::size_t stuck = 0, others = 0;
  auto done = [&] {
    if (stuck == 20 && others == 2) loop.stop();
  };
  for (int i = 0; i < 20; ++i)
    run_in_background(loop, queue_of("/stuck"), [&] { gate.pass(); }, [&] { ++stuck, done(); });
  auto other = [&] {
    ++others;
    CHECK(stuck == 0);
    if (others == 2) gate.let_through();
    done();
  };
  run_in_background(loop, queue_of("/quick"), [] {}, other);
  run_in_background(loop, WorkQueue::open, [] {}, other);
  CHECK_FALSE(background_work_ends(std::chrono::milliseconds(20)));
  loop.run();
  CHECK(stuck == 20);
  CHECK(gate.most <= queue_width);
  CHECK(background_work_ends(std::chrono::seconds(10)));
}

TEST_CASE("work that is taken back before it has begun is never done, and makes room") {
  Loop loop;
  Gate gate;
  std::size_t done = 0;
  auto queue = queue_of("/stuck");
  std::vector<BackgroundWork> work;
  auto held = std::make_shared<int>(1);
  for (std::size_t i = 0; i < 2 * queue_width + 2; ++i)
    work.push_back(run_in_background(loop, queue, [&] { gate.pass(); }, [&, held] { ++done; }));
  while (true) {  // until the first ones run
    std::lock_guard lock(gate.mutex);
    if (gate.inside == queue_width) break;
  }
  CHECK_FALSE(work[0].take_back());
  for (std::size_t i = queue_width; i < 2 * queue_width; ++i) {
    CHECK(work[i].take_back());
    CHECK_FALSE(work[i].take_back());
  }
  CHECK(held.use_count() == static_cast<long>(1 + queue_width + 2));  // what the others refer to is gone
  gate.let_through();
  while (done < queue_width + 2) loop.run_once();
  CHECK(background_work_ends(std::chrono::seconds(10)));
  CHECK_FALSE(work.back().take_back());
  CHECK_FALSE(BackgroundWork().take_back());
}

TEST_CASE("work that the pool has not begun is taken back, too") {
  Loop loop;
  Gate gate;
  std::size_t done = 0, all = 8 * queue_width;  // more than the pool has threads
  std::vector<BackgroundWork> work;
  for (std::size_t i = 0; i < all; ++i)
    work.push_back(run_in_background(loop, WorkQueue::open, [&] { gate.pass(); }, [&] { ++done; }));
  std::size_t taken = 0;
  for (auto& one : work) taken += one.take_back();
  CHECK(taken > 0);
  gate.let_through();
  while (done + taken < all) loop.run_once();
  CHECK(background_work_ends(std::chrono::seconds(10)));
  CHECK(done + taken == all);
}

TEST_CASE("work is quiet since it began, or since the last that went before it ended") {
  Loop loop;
  Gate first, second;
  auto queue = queue_of("/slow");
  std::vector<BackgroundWork> work;
  std::size_t done = 0;
  auto after = [](std::uint64_t time) { return std::chrono::milliseconds(time); };
  work.push_back(run_in_background(loop, queue, [&] { first.pass(); }, [&] { ++done; }));
  for (std::size_t i = 1; i <= queue_width; ++i)
    work.push_back(run_in_background(loop, queue, [&] { second.pass(); }, [&] { ++done; }));
  auto begin = loop.now();
  CHECK(work.front().quiet_for(begin + 500) == after(500));
  CHECK(work.back().quiet_for(begin + 500) == after(500));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  first.let_through();
  while (done == 0) loop.run_once();
  auto later = loop.now();
  CHECK(later >= begin + 10);
  CHECK(work.front().quiet_for(later + 500) == after(0));
  CHECK(work[1].quiet_for(later + 500) == after(later + 500 - begin));  // its own silence counts
  CHECK(work.back().quiet_for(later + 500) == after(500));
  second.let_through();
  while (done <= queue_width) loop.run_once();
}

TEST_CASE("work that waits is not quiet while others go before it") {
  Loop loop;
  Gate gate;
  std::array<Gate, queue_width> gates;
  auto queue = queue_of("/busy");
  std::size_t done = 0;
  for (auto& one : gates) run_in_background(loop, queue, [&] { one.pass(); }, [&] { ++done; });
  for (std::size_t i = 0; i < queue_width; ++i) run_in_background(loop, queue, [&] { gate.pass(); }, [&] { ++done; });
  auto last = run_in_background(loop, queue, [&] { gate.pass(); }, [&] { ++done; });
  auto begin = loop.now();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(last.quiet_for(begin + 500) == std::chrono::milliseconds(500));
  gates[0].let_through();
  while (done == 0) loop.run_once();
  CHECK(last.quiet_for(loop.now()) == std::chrono::milliseconds(0));
  CHECK(loop.now() >= begin + 10);
  for (auto& one : gates) one.let_through();
  gate.let_through();
  while (done < 2 * queue_width + 1) loop.run_once();
}

TEST_CASE("what is taken back is no progress for those behind it") {
  Loop loop;
  Gate gate;
  std::size_t done = 0;
  std::vector<BackgroundWork> stuck;  // all threads of the pool
  for (std::size_t i = 0; i < 5 * queue_width; ++i)
    stuck.push_back(run_in_background(loop, WorkQueue::open, [&] { gate.pass(); }, [&] { ++done; }));
  auto queue = queue_of("/behind");
  std::vector<BackgroundWork> work;
  for (std::size_t i = 0; i < 2 * queue_width; ++i)
    work.push_back(run_in_background(loop, queue, [&] { gate.pass(); }, [&] { ++done; }));
  auto begin = loop.now();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  REQUIRE(work.front().take_back());  // the pool has it, and has not begun
  while (loop.now() < begin + 15) loop.run_once();
  CHECK(work[1].quiet_for(begin + 500) == std::chrono::milliseconds(500));
  CHECK(work[queue_width].quiet_for(begin + 500) == std::chrono::milliseconds(500));  // which the pool has now
  CHECK(work.back().quiet_for(begin + 500) == std::chrono::milliseconds(500));
  gate.let_through();
  while (done < 7 * queue_width - 1) loop.run_once();
}

TEST_CASE("a directory has one queue, which is none of those with a name") {
  CHECK(queue_of("/srv/www") == queue_of("/srv/www"));
  CHECK(queue_of("/srv/www") != queue_of("/srv/nfs"));
  CHECK(queue_of("") != WorkQueue::open);
  CHECK(queue_of("") != WorkQueue::cold_file);
  CHECK(queue_of("") != WorkQueue::compute);
}

TEST_CASE("work that notes its progress is not quiet, nor is what waits behind it") {
  Loop loop;
  Gate one_step, end;
  auto queue = queue_of("/large");
  std::vector<BackgroundWork> work;
  std::size_t done = 0;
  auto slow = [&] { one_step.pass(), note_progress_of_work(), end.pass(); };
  work.push_back(run_in_background(loop, queue, slow, [&] { ++done; }));
  for (std::size_t i = 1; i < queue_width; ++i)
    work.push_back(run_in_background(loop, queue, [&] { end.pass(); }, [&] { ++done; }));
  work.push_back(run_in_background(loop, queue, [] {}, [&] { ++done; }));
  auto begin = loop.now();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  one_step.let_through();
  while (true) {  // until the step is done
    std::lock_guard lock(end.mutex);
    if (end.inside == queue_width) break;
  }
  auto silence = std::chrono::milliseconds(460);  // 100 ms fewer than from the beginning, and some for coarse clocks
  CHECK(work.front().quiet_for(begin + 500) < silence);
  CHECK(work.back().quiet_for(begin + 500) < silence);
  CHECK(work[1].quiet_for(begin + 500) == std::chrono::milliseconds(500));  // its own silence counts
  note_progress_of_work();                                                  // of no work
  CHECK(work[1].quiet_for(begin + 500) == std::chrono::milliseconds(500));
  end.let_through();
  while (done < work.size()) loop.run_once();
}
