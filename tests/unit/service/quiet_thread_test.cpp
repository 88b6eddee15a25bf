#include "service/quiet_thread.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

using namespace sluice;

namespace {

int nice_value() { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); }

bool is_idle() { return ::sched_getscheduler(0) == SCHED_IDLE; }

/// Whether a thread may come back from SCHED_IDLE here, which needs a capability or a limit of nice values.
bool may_come_forward() {
  bool may = false;
  std::thread([&may] {
    sched_param none{};
    ::sched_setscheduler(0, SCHED_IDLE, &none);
    may = ::sched_setscheduler(0, SCHED_OTHER, &none) == 0;
  }).join();
  return may;
}

}  // namespace

TEST_CASE("work runs in a thread of lower priority, in order, and its end is told in the loop's thread") {
  net::Loop loop;
  service::QuietThread quiet(loop);
  auto here = std::this_thread::get_id();
  int nice = 0;
  std::vector<int> order;
  bool elsewhere = false, back = false;
  quiet.run([&] { elsewhere = std::this_thread::get_id() != here, nice = nice_value(), order.push_back(1); }, [] {});
  quiet.run([&] { order.push_back(2); }, [&] { back = std::this_thread::get_id() == here, loop.stop(); });
  loop.run();
  CHECK(elsewhere);
  CHECK(back);
  CHECK(order == std::vector{1, 2});
  CHECK((nice > nice_value() || nice == 19));
}

TEST_CASE("work runs when nobody else wants to, and comes forward when it takes long") {
  net::Loop loop;
  service::QuietThread quiet(loop);
  using Clock = std::chrono::steady_clock;
  bool began_idle = false, next_idle = false;
  std::chrono::milliseconds idle_for{};
  quiet.run(
      [&] {
        began_idle = is_idle();
        auto begin = Clock::now();
        while (is_idle() && Clock::now() - begin < std::chrono::seconds(20)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        idle_for = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
      },
      [] {});
  quiet.run([&] { next_idle = is_idle(); }, [&] { loop.stop(); });
  if (!may_come_forward()) return;
  loop.run();
  CHECK(began_idle);
  CHECK(next_idle);
  CHECK(idle_for > std::chrono::milliseconds(500));
  CHECK(idle_for < std::chrono::seconds(20));
}

TEST_CASE("what the work holds is let go in the quiet thread") {
  net::Loop loop;
  service::QuietThread quiet(loop);
  std::thread::id freed_by;
  std::shared_ptr<int> held(new int(0), [&freed_by](int* number) {
    freed_by = std::this_thread::get_id();
    delete number;
  });
  quiet.run([held = std::move(held)] {}, [&loop] { loop.stop(); });
  loop.run();
  CHECK(freed_by != std::thread::id());
  CHECK(freed_by != std::this_thread::get_id());
}

TEST_CASE("work that has begun is waited for, and what has not is dropped") {
  net::Loop loop;
  bool ended = false, dropped = true;
  {
    service::QuietThread quiet(loop);
    std::atomic<bool> begun = false;
    quiet.run(
        [&] {
          begun = true;
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          ended = true;
        },
        [] {});
    quiet.run([&] { dropped = false; }, [] {});
    while (!begun) std::this_thread::yield();
  }
  CHECK(ended);
  CHECK(dropped);
}
