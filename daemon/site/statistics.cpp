#include "site/statistics.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace sluice::site {

namespace {

/// Workers are added seldom and never taken away.
struct Known {
  std::mutex mutex;
  std::vector<std::unique_ptr<Statistics>> workers;
  std::string last_reload;
};

Known& known() {
  static Known all;
  return all;
}

/// Labels are never taken away either. Who adds some may be a thread that runs only when no other wants to, and nobody
/// waits for it to read them: those below `count` stay as they are.
struct Labels {
  std::mutex adding;
  std::unordered_map<std::string_view, std::uint16_t> numbers{{"", 0}};
  std::array<std::string, most_routes> texts;
  std::atomic<std::uint16_t> count{1};
};

Labels& labels() {
  static Labels all;
  return all;
}

constexpr std::uint32_t in_use = 1u << 31;

std::uint32_t key_of(http::Method method, http::Status status) {
  return in_use | static_cast<std::uint32_t>(method) << 16 | static_cast<std::uint32_t>(status);
}

}  // namespace

std::uint16_t route_number(std::string_view label) {
  auto& all = labels();
  std::lock_guard lock(all.adding);
  if (auto found = all.numbers.find(label); found != all.numbers.end()) return found->second;
  auto number = all.count.load(std::memory_order_relaxed);
  if (number == most_routes) return most_routes - 1;
  all.texts[number] = number == most_routes - 1 ? "(others)" : label;
  all.numbers.emplace(all.texts[number], number);
  all.count.store(static_cast<std::uint16_t>(number + 1), std::memory_order_release);
  return number;
}

std::string route_label(std::uint16_t number) {
  const auto& all = labels();
  return number < all.count.load(std::memory_order_acquire) ? all.texts[number] : "";
}

void RouteCounters::count(http::Method method, http::Status status, std::int64_t microseconds, std::uint64_t octets) {
  auto key = key_of(method, status);
  std::size_t cell = 0;
  for (; cell + 1 < cells; ++cell) {
    auto found = requests_[cell].key.load(std::memory_order_relaxed);
    if (found == key) break;
    if (found != 0) continue;
    requests_[cell].key.store(key, std::memory_order_relaxed);
    break;
  }
  if (cell + 1 == cells) requests_[cell].key.store(key_of(method, 0), std::memory_order_relaxed);
  requests_[cell].count.add();
  auto bound = std::ranges::lower_bound(duration_bounds, microseconds);
  durations_[static_cast<std::size_t>(bound - duration_bounds.begin())].add();
  latencies_[latency_class(microseconds)].add();
  microseconds_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0)));
  octets_.add(octets);
}

Statistics::~Statistics() {
  for (auto& counters : routes_) delete counters.load(std::memory_order_relaxed);
}

Statistics& Statistics::add_worker() {
  auto& all = known();
  std::lock_guard lock(all.mutex);
  return *all.workers.emplace_back(std::make_unique<Statistics>());
}

void Statistics::count(std::uint16_t route, http::Method method, http::Status status, std::int64_t microseconds,
                       std::uint64_t octets) {
  auto* counters = routes_[route].load(std::memory_order_relaxed);
  if (!counters) {
    counters = new RouteCounters;  // kept, like the label
    routes_[route].store(counters, std::memory_order_release);
  }
  counters->count(method, status, microseconds, octets);
}

Totals Totals::collect() {
  Totals totals;
  auto& all = known();
  std::lock_guard lock(all.mutex);  // against new workers only: those that count do not take it
  const auto& labelled = labels();
  auto label_count = labelled.count.load(std::memory_order_acquire);
  for (const auto& worker : all.workers) {
    totals.accepted += worker->accepted.get();
    totals.active += worker->active.get();
    totals.aborted += worker->aborted.get();
    totals.log_lines_dropped += worker->log_lines_dropped.get();
    if (const auto* open = worker->connections.load(std::memory_order_acquire)) totals.connections += open->get();
    for (std::size_t number = 0; number < label_count; ++number) {
      const auto* counters = worker->routes_[number].load(std::memory_order_acquire);
      if (!counters) continue;
      auto& route = totals.routes[labelled.texts[number]];
      for (const auto& cell : counters->requests_) {
        auto key = cell.key.load(std::memory_order_relaxed);
        if (key == 0) continue;
        route.requests[{static_cast<http::Method>((key & ~in_use) >> 16), static_cast<http::Status>(key & 0xffff)}] +=
            cell.count.get();
      }
      for (std::size_t i = 0; i < route.durations.size(); ++i) route.durations[i] += counters->durations_[i].get();
      for (std::size_t i = 0; i < route.latencies.size(); ++i) route.latencies[i] += counters->latencies_[i].get();
      route.microseconds += counters->microseconds_.get();
      route.octets += counters->octets_.get();
    }
  }
  return totals;
}

ProcessState& ProcessState::get() {
  static ProcessState state;
  return state;
}

void ProcessState::note_reload(bool good, std::string result) {
  (good ? reloads : failed_reloads).add();
  if (good) config_loaded = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::lock_guard lock(known().mutex);
  known().last_reload = std::move(result);
}

std::string ProcessState::last_reload() const {
  std::lock_guard lock(known().mutex);
  return known().last_reload;
}

double latency_quantile(const Latencies& latencies, double share) {
  std::uint64_t all = 0;
  for (auto count : latencies) all += count;
  auto wanted = share * static_cast<double>(all);
  double below = 0;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    auto here = static_cast<double>(latencies[i]);
    auto from = static_cast<double>(latency_class_begin(i)), to = static_cast<double>(latency_class_begin(i + 1));
    if (here > 0 && below + here >= wanted) return from + (to - from) * (wanted - below) / here;
    below += here;
  }
  return 0;
}

}  // namespace sluice::site
