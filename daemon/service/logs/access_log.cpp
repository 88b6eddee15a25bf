#include "service/logs/access_log.hpp"

#include <fmt/format.h>

#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "base/clock.hpp"
#include "base/escape.hpp"
#include "service/logs/access_log_trouble.hpp"
#include "site/line_values.hpp"

namespace sluice::service {

namespace {

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  if (text.empty()) out.push_back('-');
  append_quoted_escaped(out, text);
  out.push_back('"');
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

bool same_host(const net::Address& a, const net::Address& b) {
  if (a.family() != b.family()) return false;
  if (a.family() == AF_INET)
    return reinterpret_cast<const sockaddr_in*>(a.raw())->sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in*>(b.raw())->sin_addr.s_addr;
  if (a.family() == AF_INET6)
    return IN6_ARE_ADDR_EQUAL(&reinterpret_cast<const sockaddr_in6*>(a.raw())->sin6_addr,
                              &reinterpret_cast<const sockaddr_in6*>(b.raw())->sin6_addr);
  return true;  // Unix sockets have no names
}

/// The client's address as text, made anew only when it is another one than that of the line before.
std::string_view host_of(const net::Address& peer) {
  thread_local net::Address last;
  thread_local std::string text;
  if (text.empty() || !same_host(peer, last)) {
    last = peer;
    text = peer.host();
  }
  return text;
}

/// "22/Nov/2026:15:30:26 +0000", made once a second in each thread.
std::string_view log_time(std::int64_t wall) {
  thread_local std::int64_t made_for = -1;
  thread_local char text[32];
  if (made_for != wall) {
    made_for = wall;
    std::time_t seconds = wall;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S +0000", &parts);
  }
  return text;
}

std::string_view iso_time(std::int64_t wall) {
  thread_local std::int64_t made_for = -1;
  thread_local char text[32];
  if (made_for != wall) {
    made_for = wall;
    std::time_t seconds = wall;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  }
  return text;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out.append(",\"").append(name).append("\":");
  append_json_string(out, value);
}

}  // namespace

void append_common(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome, std::int64_t wall) {
  const auto& request = exchange.request;
  out.append(host_of(exchange.client())).append(" - - [").append(log_time(wall)).append("] ");
  if (request.target.empty()) {
    append_quoted(out, {});
  } else {
    out.append("\"").append(http::name(request.method)).push_back(' ');
    append_quoted_escaped(out, request.target);
    out.append(" ").append(site::version_name(request.version)).push_back('"');
  }
  out.push_back(' ');
  append_number(out, site::logged_status(outcome));
  out.push_back(' ');
  append_number(out, outcome.body_octets);
}

void append_combined(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome,
                     std::int64_t wall) {
  const auto& request = exchange.request;
  append_common(out, exchange, outcome, wall);
  out.push_back(' ');
  append_quoted(out, request.field("Referer"));
  out.push_back(' ');
  append_quoted(out, request.field("User-Agent"));
}

void append_json(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome, std::int64_t wall,
                 std::int64_t microseconds) {
  const auto& request = exchange.request;
  out.append("{\"time\":\"").append(iso_time(wall)).push_back('"');
  append_member(out, "remote", host_of(exchange.client()));
  append_member(out, "host", request.host);
  append_member(out, "method", request.target.empty() ? std::string_view{} : http::name(request.method));
  append_member(out, "target", request.target);
  append_member(out, "version", site::version_name(request.version));
  out.append(",\"status\":");
  append_number(out, site::logged_status(outcome));
  out.append(",\"bytes\":");
  append_number(out, outcome.body_octets);
  out.append(",\"aborted\":").append(outcome.aborted ? "true" : "false");
  out.append(",\"duration_us\":");
  append_number(out, static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0)));
  append_member(out, "referer", request.field("Referer"));
  append_member(out, "user_agent", request.field("User-Agent"));
  out.push_back('}');
}

std::int64_t elapsed_microseconds(const http::Exchange& exchange) {
  return (monotonic_nanoseconds() - exchange.started) / 1000;
}

AccessLog::AccessLog(net::Loop& loop, int fd, Counter& dropped) : loop_(loop), lines_(fd), dropped_(dropped) {
  uv_timer_init(loop_.raw(), timer_.get());
  timer_.get()->data = this;
  AccessLogTrouble::get().begin();
}

AccessLog::~AccessLog() {
  lines_.flush();
  AccessLogTrouble::get().end(lines_.take_dropped() + lines_.lines());
}

void AccessLog::add(http::Exchange& exchange, const http::Outcome& outcome, std::int64_t microseconds) {
  const auto& site = site::site_of(exchange);
  line_.clear();
  auto wall = std::time(nullptr);
  switch (site.log.access.format.format) {
    case site::AccessFormat::combined: append_combined(line_, exchange, outcome, wall); break;
    case site::AccessFormat::common: append_common(line_, exchange, outcome, wall); break;
    case site::AccessFormat::json: append_json(line_, exchange, outcome, wall, microseconds); break;
    case site::AccessFormat::custom:
      site.access_line->render(site::EndedValues(exchange, outcome, microseconds), line_);
      break;
  }
  bool first = lines_.empty();
  lines_.add(line_);
  if (lines_.size() >= flush_above && lines_.trouble() == 0) return flush();
  if (!first) return;
  if (site.log.access.to == "stdout") {  // someone is watching
    loop_.at_end_of_turn([this] { flush(); });
  } else {
    uv_timer_start(timer_.get(), [](uv_timer_t* timer) { static_cast<AccessLog*>(timer->data)->flush(); }, 1000, 0);
  }
}

void AccessLog::flush() {
  bool written = lines_.flush();
  if (!written)  // a full disk or a sleeping reader: again in a while
    uv_timer_start(timer_.get(), [](uv_timer_t* timer) { static_cast<AccessLog*>(timer->data)->flush(); }, 1000, 0);
  auto dropped = lines_.take_dropped();
  dropped_.add(dropped);
  if (lines_.trouble() != 0 || dropped > 0) {
    AccessLogTrouble::get().note(lines_.trouble(), dropped);
  } else if (written) {
    AccessLogTrouble::get().note_written();
  }
}

}  // namespace sluice::service
