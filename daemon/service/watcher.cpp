#include "service/watcher.hpp"

namespace sluice::service {

ExchangeWatcher::ExchangeWatcher(net::Loop& loop, int access_fd)
    : statistics_(site::Statistics::add_worker()), access_log_(loop, access_fd, statistics_.log_lines_dropped) {}

site::Observer* ExchangeWatcher::wanted_by(const site::Site& site) {
  return site.log.access.wanted() || site.counted ? this : nullptr;
}

void ExchangeWatcher::on_end(http::Exchange& exchange, const http::Outcome& outcome) {
  if (!exchange.site) return;
  auto microseconds = elapsed_microseconds(exchange);
  const auto* endpoint = static_cast<const site::Endpoint*>(exchange.route);
  const auto& site = site::site_of(exchange);
  if (site.counted) {
    if (outcome.aborted) statistics_.aborted.add();
    auto status = outcome.aborted ? http::Status{499} : outcome.status;
    statistics_.count(endpoint ? endpoint->number : 0, exchange.request.method, status, microseconds,
                      outcome.body_octets);
  }
  bool logged = site.log.access.wanted() && (!endpoint || endpoint->access_log);
  if (logged) access_log_.add(exchange, outcome, microseconds);
}

}  // namespace sluice::service
