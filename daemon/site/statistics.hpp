#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/counter.hpp"
#include "http/method.hpp"
#include "http/status.hpp"
#include "site/latencies.hpp"

/// What the daemon counts, for [metrics] and [status]. Every worker counts for itself; who wants to know adds up.
namespace sluice::site {

/// Upper bounds of the buckets of the metrics, in microseconds; a further one has what is slower.
inline constexpr std::array<std::int64_t, 15> duration_bounds = {100,     250,     500,       1'000,     2'500,
                                                                 5'000,   10'000,  25'000,    50'000,    100'000,
                                                                 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};
using Durations = std::array<std::uint64_t, duration_bounds.size() + 1>;

/// Routes are counted by number. A label has the same number as long as the process runs, over all reloads; beyond
/// `most_routes` all share the last number, so that the set stays bounded.
inline constexpr std::uint16_t most_routes = 1024;
/// 0 is no route at all: what was refused before routing, and 404. Any thread.
std::uint16_t route_number(std::string_view label);
std::string route_label(std::uint16_t number);

/// The requests of one route in one worker.
class RouteCounters {
 public:
  void count(http::Method method, http::Status status, std::int64_t microseconds, std::uint64_t octets);

 private:
  friend struct Totals;
  struct Cell {
    std::atomic<std::uint32_t> key{0};  // method and status; 0: free
    Counter count;
  };
  static constexpr std::size_t cells = 32;  // most combinations that are told apart; further ones share the last

  std::array<Cell, cells> requests_;
  std::array<Counter, duration_bounds.size() + 1> durations_;
  std::array<Counter, latency_classes> latencies_;
  Counter microseconds_;
  Counter octets_;
};

/// The counters of one worker. Changed by its thread only; lives as long as the process.
class Statistics {
 public:
  Statistics() = default;
  ~Statistics();
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;

  /// Makes the counters of a further worker known.
  static Statistics& add_worker();

  void count(std::uint16_t route, http::Method method, http::Status status, std::int64_t microseconds,
             std::uint64_t octets);

  Counter accepted;                                  // connections
  Counter active;                                    // exchanges that are in use now
  Counter aborted;                                   // requests whose client went away before the answer
  Counter log_lines_dropped;                         // of the access log
  std::atomic<const Counter*> connections{nullptr};  // open ones; null when the worker has ended

 private:
  friend struct Totals;
  std::array<std::atomic<RouteCounters*>, most_routes> routes_{};  // made at the first request
};

/// The sum over all workers, at about one instant.
struct Totals {
  struct Route {
    std::map<std::pair<http::Method, http::Status>, std::uint64_t> requests;
    Durations durations{};
    Latencies latencies{};
    std::uint64_t microseconds = 0;
    std::uint64_t octets = 0;
  };
  std::map<std::string, Route> routes;  // by label
  std::uint64_t connections = 0, active = 0, accepted = 0, aborted = 0, log_lines_dropped = 0;

  static Totals collect();
};

/// What concerns the process as a whole. The control thread writes, any thread reads.
struct ProcessState {
  std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
  Counter reloads, failed_reloads;
  std::atomic<bool> draining{false};

  /// The time and the result of the last reload, in one line.
  void note_reload(bool good, std::string result);
  std::string last_reload() const;
  /// Which configuration is in force: 1 for the one of the start, one more for each good reload.
  std::uint64_t config_version() const { return reloads.get() + 1; }
  /// When it came into force, in seconds since 1970.
  std::atomic<std::int64_t> config_loaded{std::chrono::system_clock::to_time_t(started)};

  static ProcessState& get();
};

}  // namespace sluice::site
