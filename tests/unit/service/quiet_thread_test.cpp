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
  using Clock = std::chrono::steady_clock;
  struct Observed {
    Clock::time_point begin, end;
    bool idle = false;
  };
  bool may = may_come_forward();
  auto observe = [may](Observed& seen) {
    seen.begin = Clock::now();
    seen.idle = is_idle();
    while (may && is_idle() && Clock::now() - seen.begin < std::chrono::seconds(20))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    seen.end = Clock::now();
  };
  // On a busy machine an idle thread may have to wait so long that it has come forward before its work begins: whether
  // it was idle shows only where that began soon. Some attempts, then.
  bool soon = false;
  for (int attempt = 0; attempt < 5 && !soon; ++attempt) {
    net::Loop loop;
    service::QuietThread quiet(loop);
    Observed first, second;
    auto start = Clock::now();
    quiet.run([&] { observe(first); }, [] {});
    quiet.run([&] { observe(second); }, [&] { loop.stop(); });  // each by itself, however many wait
    loop.run();
    constexpr auto half_of_patience = std::chrono::milliseconds(500);
    bool first_soon = first.begin - start < half_of_patience, second_soon = second.begin - first.end < half_of_patience;
    if (first_soon) {
      CHECK(first.idle == may);
      if (may) CHECK(first.end - start > half_of_patience);
    }
    if (second_soon) CHECK(second.idle == may);
    CHECK(first.end - first.begin < std::chrono::seconds(20));
    CHECK(second.end - second.begin < std::chrono::seconds(20));
    soon = first_soon && second_soon;
  }
  WARN(soon);
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
