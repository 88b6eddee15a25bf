#pragma once

#include <memory>
#include <vector>

#include "base/counter.hpp"
#include "http/date.hpp"
#include "http/exchange.hpp"
#include "http1/header_cache.hpp"
#include "http1/hot_responses.hpp"
#include "http1/known_heads.hpp"
#include "http1/settings.hpp"

namespace sluice::http1 {

class Exchange;
class Session;

/// What the HTTP/1 connections of one worker share: the application, the settings, the exchanges that are not in
/// use, the heads and header sections that were read lately, and the Date line of this second. One thread. Outlives its
/// sessions.
class Engine {
 public:
  /// `active` counts the exchanges in use; null: nobody wants to know.
  Engine(http::Application& application, const Settings& settings, Counter* active = nullptr);
  ~Engine();

  http::Application& application() { return application_; }
  const Settings& settings() const { return settings_; }
  /// A reload may change them; connections use them from their next request on.
  void set_settings(const Settings& settings) {
    settings_ = settings;
    heads.clear();
  }

  Exchange* take(Session& session);
  void give_back(Exchange* exchange);
  std::string_view date_line();

  /// Whether every response ends its connection.
  bool closing() const { return draining || strained; }
  bool draining = false;     // the daemon stops
  bool strained = false;     // memory is short
  std::size_t sessions = 0;  // that use this
  std::size_t guests = 0;    // among them
  KnownHeads heads;
  HeaderCache headers;
  HotResponses hot;

 private:
  static constexpr std::size_t kept_exchanges = 256;

  http::Application& application_;
  Settings settings_;
  Counter* active_;
  http::DateLine date_;
  std::vector<std::unique_ptr<Exchange>> free_;
};

}  // namespace sluice::http1
