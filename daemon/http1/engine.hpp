#pragma once

#include <memory>
#include <vector>

#include "base/counter.hpp"
#include "http/exchange.hpp"
#include "http/fields/date.hpp"
#include "http1/header_cache.hpp"
#include "http1/settings.hpp"

namespace sluice::http1 {

class Exchange;
class Session;

/// What the HTTP/1 connections of one worker share: the application, the settings, the free exchanges, the cache of
/// header sections, and the Date line of this second. One thread. Outlives its sessions.
class Engine {
 public:
  /// `active` counts the exchanges in use; null: not counted.
  Engine(http::Application& application, const Settings& settings, Counter* active = nullptr);
  ~Engine();

  http::Application& application() { return application_; }
  const Settings& settings() const { return settings_; }
  /// A reload may change them; connections use them from their next request on.
  void set_settings(const Settings& settings) { settings_ = settings; }

  Exchange* take(Session& session);
  /// Returns an exchange that is no longer used.
  void give_back(Exchange* exchange);
  /// Returns an exchange at the end of this turn of the loop: its caller may still use it.
  void retire(Exchange* exchange, net::Loop& loop);
  /// A response without an end is no active request.
  void note_stream(bool open);
  std::string_view date_line();

  /// Whether every response ends its connection.
  bool closing() const { return draining || strained; }
  bool draining = false;     // the daemon stops
  bool strained = false;     // memory is short
  std::size_t sessions = 0;  // that use this
  std::size_t guests = 0;    // among them
  HeaderCache headers;

 private:
  void recycle_retired();

  static constexpr std::size_t kept_exchanges = 256;

  http::Application& application_;
  Settings settings_;
  Counter* active_;
  http::DateLine date_;
  std::vector<std::unique_ptr<Exchange>> free_;
  std::shared_ptr<std::vector<Exchange*>> retired_ = std::make_shared<std::vector<Exchange*>>();
};

}  // namespace sluice::http1
