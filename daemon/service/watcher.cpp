#include "service/watcher.hpp"

#include <unistd.h>

namespace sluice::service {

ExchangeWatcher::ExchangeWatcher(net::Loop& loop, int access_fd) : statistics_(site::Statistics::add_worker()) {
  if (access_fd >= 0)
    access_log_ =
        std::make_unique<AccessLog>(loop, access_fd, access_fd == STDOUT_FILENO, statistics_.log_lines_dropped);
}

site::Observer* ExchangeWatcher::wanted_by(const site::Site& site) {
  return access_log_ || site.counted ? this : nullptr;
}

void ExchangeWatcher::flush() {
  if (access_log_) access_log_->flush();
}

void ExchangeWatcher::on_end(http::Exchange& exchange, const http::Outcome& outcome) {
  if (!exchange.site) return;
  auto microseconds = elapsed_microseconds(exchange);
  const auto* endpoint = static_cast<const site::Endpoint*>(exchange.route);
  if (site::site_of(exchange).counted) {
    if (outcome.aborted) statistics_.aborted.add();
    auto status = outcome.aborted ? http::Status{499} : outcome.status;
    statistics_.count(endpoint ? endpoint->number : 0, exchange.request.method, status, microseconds,
                      outcome.body_octets);
  }
  if (access_log_ && (!endpoint || endpoint->access_log)) access_log_->add(exchange, outcome, microseconds);
}

}  // namespace sluice::service
