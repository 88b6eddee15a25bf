#pragma once

#include <string>

#include "base/line_sink.hpp"
#include "net/handle.hpp"
#include "net/loop.hpp"
#include "site/dispatcher.hpp"
#include "site/settings.hpp"

namespace sluice::service {

/// Appends the line of one ended exchange: Apache's combined format, or a JSON object. `wall` is the time in
/// seconds since 1970, `microseconds` how long the exchange took.
void append_combined(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome,
                     std::int64_t wall);
void append_json(std::string& out, const http::Exchange& exchange, const http::Outcome& outcome, std::int64_t wall,
                 std::int64_t microseconds);

/// Writes the access log of one worker: buffered, one write for many lines, never waiting. One thread.
class AccessLog final : public site::Observer {
 public:
  AccessLog(net::Loop& loop, int fd, bool to_stdout, site::AccessFormat format);
  ~AccessLog() override;

  void on_end(const http::Exchange& exchange, const http::Outcome& outcome) override;
  void flush();

 private:
  static constexpr std::size_t flush_above = 32 * 1024;

  net::Loop& loop_;
  LineSink sink_;
  bool to_stdout_;
  site::AccessFormat format_;
  std::string line_;
  net::UvHandle<uv_timer_t> timer_;
};

}  // namespace sluice::service
