#include "service/job_thread.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace sluice;

TEST_CASE("jobs run in another thread, in order, and their end is reported in the loop's thread") {
  net::Loop loop;
  service::JobThread jobs(loop);
  auto here = std::this_thread::get_id();
  std::vector<int> order;
  bool elsewhere = false, back = false;
  jobs.run([&] { elsewhere = std::this_thread::get_id() != here, order.push_back(1); }, [] {});
  jobs.run([&] { order.push_back(2); }, [&] { back = std::this_thread::get_id() == here, loop.stop(); });
  loop.run();
  CHECK(elsewhere);
  CHECK(back);
  CHECK(order == std::vector{1, 2});
}

TEST_CASE("what a job holds is freed in its thread") {
  net::Loop loop;
  service::JobThread jobs(loop);
  std::thread::id freed_by;
  std::shared_ptr<int> held(new int(0), [&freed_by](int* number) {
    freed_by = std::this_thread::get_id();
    delete number;
  });
  jobs.run([held = std::move(held)] {}, [&loop] { loop.stop(); });
  loop.run();
  CHECK(freed_by != std::thread::id());
  CHECK(freed_by != std::this_thread::get_id());
}

TEST_CASE("the job that has begun is waited for at the end, and the others are dropped") {
  net::Loop loop;
  std::atomic<bool> begun = false, may_end = false;
  bool ended = false, dropped = true;
  auto jobs = std::make_unique<service::JobThread>(loop);
  jobs->run(
      [&] {
        begun = true;
        begun.notify_one();
        may_end.wait(false);
        ended = true;
      },
      [] {});
  jobs->run([&] { dropped = false; }, [] {});
  begun.wait(false);
  std::jthread release([&] { may_end = true, may_end.notify_one(); });
  jobs.reset();
  CHECK(ended);
  CHECK(dropped);
}
