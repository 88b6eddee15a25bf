#pragma once

#include <map>
#include <memory>
#include <string>

#include "http1/engine.hpp"
#include "service/watcher.hpp"
#include "site/dispatcher.hpp"

namespace sluice::service {

/// What the connections of a listener have before them: the part of the site that it serves, and HTTP/1 to ask for it.
struct Front {
  Front(const std::shared_ptr<const site::Site>& site, ExchangeWatcher& watcher, const std::string& listener);

  site::Dispatcher dispatcher;
  http1::Engine engine;
};

/// The fronts of one worker: one for the listeners of the server, one for each listener of another kind. One thread;
/// outlives the connections.
class Fronts {
 public:
  Fronts(const std::shared_ptr<const site::Site>& site, ExchangeWatcher& watcher);

  /// The front of the listener with this key (WantedListener::key()). Connections ask anew: a reload may give a
  /// listener another one.
  Front& of(const std::string& key) { return *by_key_.at(key); }
  /// Null if the listener no longer exists.
  Front* find(const std::string& key) {
    auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : found->second;
  }
  /// From the next request on. What has no listener any more ends with its last connection.
  void set_site(const std::shared_ptr<const site::Site>& site);
  void set_strained(bool strained);
  void set_draining();

 private:
  void assign(const std::shared_ptr<const site::Site>& site);

  ExchangeWatcher& watcher_;
  std::map<std::string, Front> all_;      // by the name of the listener, as Site::router_of() takes it
  std::map<std::string, Front*> by_key_;  // by the key of the listener
  bool strained_ = false;
  bool draining_ = false;
};

}  // namespace sluice::service
