#include "observe/metrics_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/limit_hits.hpp"
#include "logging/user_lines.hpp"
#include "net/open_protocols.hpp"
#include "rooms/follower.hpp"

namespace sluice::observe {
namespace {

/// A label value: backslash, quote and line feed are escaped.
std::string label(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (c == '\\' || c == '"') escaped.push_back('\\');
    if (c == '\n') {
      escaped.append("\\n");
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

class Text {
 public:
  template <class... Values>
  void line(fmt::format_string<Values...> form, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), form, std::forward<Values>(values)...);
    text_.push_back('\n');
  }
  void head(std::string_view name, std::string_view type, std::string_view help) {
    line("# HELP {} {}", name, help);
    line("# TYPE {} {}", name, type);
  }
  template <class Value>
  void single(std::string_view name, std::string_view type, std::string_view help, Value value) {
    head(name, type, help);
    line("{} {}", name, value);
  }
  std::string release() { return std::move(text_); }

 private:
  std::string text_;
};

void append_requests(Text& text, const site::Totals& totals) {
  text.head("sluice_requests_total", "counter", "Requests that ended, by route, method and status.");
  for (const auto& [name, route] : totals.routes) {
    for (const auto& [what, count] : route.requests)
      text.line("sluice_requests_total{{route=\"{}\",method=\"{}\",code=\"{}\"}} {}", label(name),
                http::name(what.first), what.second, count);
  }
}

void append_durations(Text& text, const site::Totals& totals) {
  text.head("sluice_request_duration_seconds", "histogram", "Time from the end of the request head to the answer.");
  for (const auto& [name, route] : totals.routes) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < route.durations.size(); ++i) {
      count += route.durations[i];
      auto bound = i < site::duration_bounds.size()
                       ? fmt::format("{:g}", static_cast<double>(site::duration_bounds[i]) / 1e6)
                       : std::string("+Inf");
      text.line("sluice_request_duration_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}", label(name), bound, count);
    }
    text.line("sluice_request_duration_seconds_sum{{route=\"{}\"}} {}", label(name),
              static_cast<double>(route.microseconds) / 1e6);
    text.line("sluice_request_duration_seconds_count{{route=\"{}\"}} {}", label(name), count);
  }
}

void append_octets(Text& text, const site::Totals& totals) {
  text.head("sluice_response_body_bytes_total", "counter", "Octets of response bodies, by route.");
  for (const auto& [name, route] : totals.routes)
    text.line("sluice_response_body_bytes_total{{route=\"{}\"}} {}", label(name), route.octets);
}

void append_limits(Text& text) {
  text.head("sluice_limit_hits_total", "counter", "How often a client met a limit, by the key that sets it.");
  for (std::size_t i = 1; i < limit_count; ++i) {
    auto limit = static_cast<Limit>(i);
    text.line("sluice_limit_hits_total{{limit=\"{}\"}} {}", name_of(limit), hits_of(limit));
  }
}

/// The counters are not of the same instant: what would be less than nothing is nothing.
std::uint64_t without(std::uint64_t all, std::uint64_t some) { return all > some ? all - some : 0; }

void append_connections(Text& text, const site::Totals& totals) {
  using net::OpenProtocol;
  auto websockets = net::open_now(OpenProtocol::websocket);
  auto events = net::open_now(OpenProtocol::events);
  auto echoes = net::open_now(OpenProtocol::echo);
  auto http = without(totals.connections, websockets + events + echoes);
  auto line = [&](std::string_view protocol, std::string_view state, std::uint64_t count) {
    text.line("sluice_connections{{protocol=\"{}\",state=\"{}\"}} {}", protocol, state, count);
  };
  text.head("sluice_connections", "gauge",
            "Open connections; an HTTP connection is active while a request is answered.");
  line("http", "active", totals.active);
  line("http", "idle", without(http, totals.active));
  line("websocket", "open", websockets);
  line("events", "open", events);
  line("echo", "open", echoes);
  text.single("sluice_connections_accepted_total", "counter", "Connections that were accepted for HTTP.",
              totals.accepted);
}

void append_lost_lines(Text& text, const site::Totals& totals) {
  text.head("sluice_log_lines_dropped_total", "counter",
            "Lines that could not be written, of the access log and of the "
            "lines that the configuration asks for.");
  text.line("sluice_log_lines_dropped_total{{log=\"access\"}} {}", totals.log_lines_dropped);
  text.line("sluice_log_lines_dropped_total{{log=\"stdout\"}} {}", logging::user_lines::dropped());
}

void append_rooms(Text& text) {
  auto counts = rooms::room_counts();
  auto slow = rooms::slow_counts();
  text.single("sluice_rooms", "gauge", "Rooms that have members or a history.", counts.rooms);
  text.single("sluice_room_members", "gauge", "WebSockets and event streams that follow a room.", counts.members);
  text.single("sluice_room_history_bytes", "gauge",
              "Memory for the histories of rooms, the rooms that exist only for a history included.",
              counts.history_octets);
  text.single("sluice_room_backlog_bytes", "gauge",
              "Memory for the messages that wait for slow members, as if each member had its own.",
              slow.waiting_octets);
  text.single("sluice_room_messages_total", "counter", "Messages published in rooms.", counts.messages);
  text.single("sluice_room_slow_members_closed_total", "counter", "Members disconnected because they read too slowly.",
              slow.closed);
  text.single("sluice_room_messages_dropped_total", "counter", "Messages that slow members missed.",
              slow.dropped_messages);
}

}  // namespace

std::string metrics_text(const site::Totals& totals, const site::ProcessState& process) {
  Text text;
  append_requests(text, totals);
  append_durations(text, totals);
  append_octets(text, totals);
  text.single("sluice_requests_aborted_total", "counter", "Requests whose client went away first.", totals.aborted);
  append_connections(text, totals);
  append_limits(text);
  append_lost_lines(text, totals);
  append_rooms(text);
  text.head("sluice_reloads_total", "counter", "Reloads of the configuration, by result.");
  text.line("sluice_reloads_total{{result=\"ok\"}} {}", process.reloads.get());
  text.line("sluice_reloads_total{{result=\"failed\"}} {}", process.failed_reloads.get());
  text.single("sluice_config_loaded_time_seconds", "gauge",
              "When the configuration in force was loaded, in seconds since 1970.", process.config_loaded.load());
  std::chrono::duration<double> started = process.started.time_since_epoch();
  text.single("sluice_start_time_seconds", "gauge", "When the process started, in seconds since 1970.",
              fmt::format("{:.3f}", started.count()));
  text.head("sluice_build_info", "gauge", "The version that runs.");
  text.line("sluice_build_info{{version=\"{}\"}} 1", SLUICE_VERSION);
  return text.release();
}

}  // namespace sluice::observe
