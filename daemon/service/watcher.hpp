#pragma once

#include "service/logs/access_log.hpp"
#include "site/statistics.hpp"

namespace sluice::service {

/// Looks at every exchange of a worker when it ends: for the access log and for the statistics. One thread.
class ExchangeWatcher final : public site::Observer {
 public:
  ExchangeWatcher(net::Loop& loop, int access_fd);

  /// Itself when `site` wants to know of its exchanges, else null.
  site::Observer* wanted_by(const site::Site& site);
  void on_end(http::Exchange& exchange, const http::Outcome& outcome) override;

  site::Statistics& statistics() { return statistics_; }
  /// Writes the lines of the access log that wait.
  void flush() { access_log_.flush(); }

 private:
  site::Statistics& statistics_;
  AccessLog access_log_;
};

}  // namespace sluice::service
