#include "site/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "observe/metrics_text.hpp"

using namespace sluice;
using site::Statistics;
using site::Totals;

TEST_CASE("a label keeps its number, and beyond the limit all share the last") {
  auto first = site::route_number("/statistics-test");
  CHECK(site::route_number("/statistics-test") == first);
  CHECK(site::route_label(first) == "/statistics-test");
  CHECK(site::route_number("") == 0);
}

TEST_CASE("what workers count apart is added up by route, method and status") {
  auto number = site::route_number("/added-up");
  auto& one = Statistics::add_worker();
  auto& two = Statistics::add_worker();
  one.count(number, http::Method::get, 200, 300, 5);
  std::thread([&two, number] {
    two.count(number, http::Method::get, 200, 70'000, 7);
    two.count(number, http::Method::post, 404, 20'000'000, 0);
  }).join();
  auto route = Totals::collect().routes.at("/added-up");
  CHECK(route.requests.at({http::Method::get, 200}) == 2);
  CHECK(route.requests.at({http::Method::post, 404}) == 1);
  CHECK(route.octets == 12);
  CHECK(route.durations[2] == 1);      // up to 500 µs
  CHECK(route.durations.back() == 1);  // slower than all bounds
  CHECK(route.latencies[site::latency_class(300)] == 1);
}

TEST_CASE("combinations of method and status beyond the limit are still counted") {
  auto number = site::route_number("/many-statuses");
  auto& worker = Statistics::add_worker();
  for (http::Status status = 400; status < 500; ++status) worker.count(number, http::Method::get, status, 1, 0);
  std::uint64_t all = 0;
  auto route = Totals::collect().routes.at("/many-statuses");
  for (const auto& [what, count] : route.requests) all += count;
  CHECK(all == 100);
}

TEST_CASE("a class of latencies is at most 5 % wide, or a microsecond, and one begins where the one before ends") {
  for (std::size_t i = 0; i < site::latency_classes; ++i) {
    auto from = site::latency_class_begin(i), to = site::latency_class_begin(i + 1);
    CHECK(site::latency_class(static_cast<std::int64_t>(from)) == i);
    CHECK(site::latency_class(static_cast<std::int64_t>(to - 1)) == i);
    CHECK((to - from == 1 || (to - from) * 20 <= from));
  }
  CHECK(site::latency_class(-5) == 0);
  CHECK(site::latency_class(std::int64_t{1} << 50) == site::latency_classes - 1);
}

TEST_CASE("a percentile is at most 5 % from what was measured") {
  site::Latencies latencies{};
  CHECK(site::latency_quantile(latencies, 0.5) == 0);
  for (std::int64_t microseconds : {3, 70, 302'000, 90'000'000}) {
    latencies = {};
    latencies[site::latency_class(microseconds)] = 100;
    for (double share : {0.5, 0.95, 0.99}) {
      auto off = site::latency_quantile(latencies, share) - static_cast<double>(microseconds);
      CHECK(std::abs(off) <= std::max(1.0, 0.05 * static_cast<double>(microseconds)));
    }
  }
}

TEST_CASE("a label value of the metrics cannot end its quotes") {
  auto number = site::route_number("/a\"b\\c\n");
  Statistics::add_worker().count(number, http::Method::get, 200, 1, 0);
  auto text = observe::metrics_text(Totals::collect(), site::ProcessState::get());
  CHECK(text.find("route=\"/a\\\"b\\\\c\\n\"") != std::string::npos);
}
