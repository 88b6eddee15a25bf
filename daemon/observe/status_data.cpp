#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "base/escape.hpp"
#include "net/open_protocols.hpp"
#include "observe/status_page.hpp"

namespace sluice::observe {
namespace {

/// The classes that have any: where each begins and ends, and how many it has.
void append_latencies(std::string& out, const site::Latencies& latencies) {
  out.append("\"latencies\":[");
  auto before = out.size();
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    if (latencies[i] == 0) continue;
    if (out.size() != before) out.push_back(',');
    fmt::format_to(std::back_inserter(out), "[{},{},{}]", site::latency_class_begin(i),
                   site::latency_class_begin(i + 1), latencies[i]);
  }
  out.push_back(']');
}

void append_route(std::string& out, const std::string& name, const site::Totals::Route& route) {
  std::uint64_t count = 0, client_errors = 0, server_errors = 0;
  for (const auto& [what, requests] : route.requests) {
    count += requests;
    if (what.second >= 400 && what.second < 500) client_errors += requests;
    if (what.second >= 500) server_errors += requests;
  }
  out.append("{\"route\":");
  append_json_string(out, name);
  fmt::format_to(std::back_inserter(out), ",\"requests\":{},\"client_errors\":{},\"server_errors\":{},\"octets\":{}",
                 count, client_errors, server_errors, route.octets);
  for (int percent : {50, 95, 99})
    fmt::format_to(std::back_inserter(out), ",\"p{}\":{:.1f}", percent,
                   site::latency_quantile(route.latencies, percent / 100.0));
  out.push_back('}');
}

}  // namespace

std::string status_data(const site::Totals& totals, const site::ProcessState& process) {
  using std::chrono::duration_cast;
  auto up = std::chrono::system_clock::now() - process.started;
  std::string out;
  fmt::format_to(std::back_inserter(out),
                 "{{\"version\":\"{}\",\"uptime\":{},\"draining\":{},\"connections\":{},\"active\":{},\"websockets\":{}"
                 ",\"accepted\":{},\"aborted\":{},"
                 "\"log_lines_dropped\":{},\"config_version\":{},\"config_loaded\":{},\"reloads\":{},\"failed_"
                 "reloads\":{},\"last_reload\":",
                 SLUICE_VERSION, duration_cast<std::chrono::seconds>(up).count(), process.draining.load(),
                 totals.connections, totals.active, net::open_now(net::OpenProtocol::websocket), totals.accepted,
                 totals.aborted, totals.log_lines_dropped, process.config_version(), process.config_loaded.load(),
                 process.reloads.get(), process.failed_reloads.get());
  append_json_string(out, process.last_reload());
  out.push_back(',');
  site::Latencies all{};
  for (const auto& [name, route] : totals.routes)
    std::ranges::transform(all, route.latencies, all.begin(), std::plus());
  append_latencies(out, all);
  out.append(",\"routes\":[");
  bool first = true;
  for (const auto& [name, route] : totals.routes) {
    if (!first) out.push_back(',');
    first = false;
    append_route(out, name, route);
  }
  out.append("]}");
  return out;
}

}  // namespace sluice::observe
