#include "service/front.hpp"

#include <algorithm>

#include "service/system/sockets.hpp"

namespace sluice::service {

namespace {

http1::Settings http1_settings(const site::Site& site) {
  const auto& limits = site.server.limits;
  const auto& timeouts = site.server.timeouts;
  http1::Settings settings;
  settings.head = limits.header_bytes;
  settings.fields = static_cast<std::uint32_t>(limits.header_count);
  settings.target = limits.uri_bytes;
  settings.head_time = timeouts.header;
  settings.body_idle = timeouts.body_idle;
  settings.keep_alive = timeouts.keep_alive;
  settings.response = timeouts.response;
  settings.body_rate = limits.body_rate.count;
  settings.requests = static_cast<std::uint32_t>(limits.keep_alive_requests);
  return settings;
}

}  // namespace

Front::Front(const std::shared_ptr<const site::Site>& site, ExchangeWatcher& watcher, const std::string& listener)
    : dispatcher(site, watcher.wanted_by(*site), listener),
      engine(dispatcher, http1_settings(*site), &watcher.statistics().active) {}

Fronts::Fronts(const std::shared_ptr<const site::Site>& site, ExchangeWatcher& watcher) : watcher_(watcher) {
  assign(site);
}

void Fronts::assign(const std::shared_ptr<const site::Site>& site) {
  by_key_.clear();
  for (const auto& wanted : wanted_listeners(*site)) {
    if (wanted.kind != ListenerKind::http) continue;
    auto& front = all_.try_emplace(wanted.own, site, watcher_, wanted.own).first->second;
    front.engine.strained = strained_;
    front.engine.draining = draining_;
    by_key_[wanted.key()] = &front;
  }
}

void Fronts::set_site(const std::shared_ptr<const site::Site>& site) {
  for (auto& [listener, front] : all_) {
    front.dispatcher.set_observer(watcher_.wanted_by(*site));
    front.dispatcher.set_site(site);
    front.engine.set_settings(http1_settings(*site));
    front.engine.draining = true;  // unless it is assigned again
  }
  assign(site);
  std::erase_if(all_, [](const auto& one) { return one.second.engine.draining && one.second.engine.sessions == 0; });
}

void Fronts::set_strained(bool strained) {
  strained_ = strained;
  for (auto& [listener, front] : all_) front.engine.strained = strained;
}

void Fronts::set_draining() {
  draining_ = true;
  for (auto& [listener, front] : all_) front.engine.draining = true;
}

}  // namespace sluice::service
