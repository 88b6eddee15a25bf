#pragma once

#include <string>

#include "base/counter.hpp"
#include "logging/line_log.hpp"
#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"
#include "site/dispatcher.hpp"
#include "site/settings/settings.hpp"

namespace sluice::service {

/// Appends the line of one ended exchange: Apache's common or combined format, or a JSON object. `wall` is the time in
/// seconds since 1970, `microseconds` how long the exchange took.
void append_common(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome, std::int64_t wall);
void append_combined(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome, std::int64_t wall);
void append_json(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome, std::int64_t wall,
                 std::int64_t microseconds);

/// How long the exchange took until now, in microseconds.
std::int64_t elapsed_microseconds(const http::Exchange& exchange);

/// Writes the access log of one worker, in the format of the site on which an exchange ran: buffered, one write for
/// many lines, never waiting. One thread.
class AccessLog {
 public:
  /// `dropped` counts the lines that could not be written.
  AccessLog(net::Loop& loop, int fd, Counter& dropped);
  ~AccessLog();

  void add(http::Exchange& exchange, const http::Outcome& outcome, std::int64_t microseconds);
  void flush();

 private:
  static constexpr std::size_t flush_above = 32 * 1024;

  net::Loop& loop_;
  logging::LineLog lines_;
  Counter& dropped_;
  std::string line_;
  net::UvHandle<uv_timer_t> timer_;
};

}  // namespace sluice::service
