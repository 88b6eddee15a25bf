#include "service/quiet_thread.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
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
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), std::min(nice_value() + 10, 19));
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
  bool may = may_come_forward();
  net::Loop loop;
  service::QuietThread quiet(loop);
  using Clock = std::chrono::steady_clock;
  struct Observed {
    bool idle = false;
    std::chrono::milliseconds until_forward{};
  };
  auto observe = [may](Observed& seen) {
    seen.idle = is_idle();
    auto begin = Clock::now();
    while (may && is_idle() && Clock::now() - begin < std::chrono::seconds(20))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    seen.until_forward = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  };
  Observed first, second;
  quiet.run([&] { observe(first); }, [] {});
  quiet.run([&] { observe(second); }, [&] { loop.stop(); });  // each by itself, however many wait
  loop.run();
  for (const auto& seen : {first, second}) {
    CHECK(seen.idle == may);
    CHECK(seen.until_forward < std::chrono::seconds(20));
  }
  if (may) CHECK(first.until_forward > std::chrono::milliseconds(500));
}

TEST_CASE("work that has begun is hurried at the end") {
  net::Loop loop;
  bool forward = !may_come_forward();
  {
    service::QuietThread quiet(loop);
    std::atomic<bool> begun = false;
    quiet.run(
        [&] {
          begun = true;
          for (int i = 0; i < 4000 && !forward; ++i) {
            forward = !is_idle();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
          }
        },
        [] {});
    while (!begun) std::this_thread::yield();
  }
  CHECK(forward);
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
