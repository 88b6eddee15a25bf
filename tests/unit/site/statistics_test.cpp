#include "site/statistics.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "handlers/metrics_text.hpp"

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
  CHECK(route.latencies[2] == 1);      // up to 500 µs
  CHECK(route.latencies.back() == 1);  // slower than all bounds
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

TEST_CASE("a quantile lies within the class that holds it") {
  site::Latencies latencies{};
  CHECK(site::latency_quantile(latencies, 0.5) == 0);
  latencies[1] = 100;  // 100 to 250 µs
  CHECK(site::latency_quantile(latencies, 0.5) == doctest::Approx(175));
  latencies.back() = 100;
  CHECK(site::latency_quantile(latencies, 0.99) == doctest::Approx(10'000'000));
}

TEST_CASE("a label value of the metrics cannot end its quotes") {
  auto number = site::route_number("/a\"b\\c\n");
  Statistics::add_worker().count(number, http::Method::get, 200, 1, 0);
  auto text = handlers::metrics_text(Totals::collect(), site::ProcessState::get());
  CHECK(text.find("route=\"/a\\\"b\\\\c\\n\"") != std::string::npos);
}
