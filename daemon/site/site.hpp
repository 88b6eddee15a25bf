#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/findings/diagnostics.hpp"
#include "http/exchange.hpp"
#include "site/builder.hpp"
#include "site/parts.hpp"
#include "site/response_fields.hpp"
#include "site/routing/router.hpp"
#include "site/settings/settings.hpp"
#include "templates/template.hpp"

namespace sluice::site {

/// A listener beside those of the server, for what not everyone is to reach.
struct OwnListener {
  config::Located<net::Endpoint> listen;
  Router router;  // to the endpoints that are on this listener only
};

/// Everything that one configuration says, compiled: immutable, shared by all workers. A reload makes a new one beside
/// it; it ends when the last exchange that began on it has ended.
class Site {
 public:
  ServerOptions server;
  LogOptions log;
  std::vector<Endpoint> endpoints;
  Parts parts;    // of other kinds
  Router router;  // of the server's listeners
  std::vector<OwnListener> own_listeners;
  ResponseFields common_fields;                     // [server] headers, for responses that no endpoint gives
  std::optional<templates::Template> request_line;  // [log] request
  std::vector<templates::Template> banner;
  std::optional<templates::Template> access_line;  // [log.access] format, when it is a template
  Hooks hooks;                                     // of [server], for requests that no endpoint serves
  bool logs_bodies = false;                        // it has {body}
  bool counted = false;                            // whether somebody may ask for the statistics
  std::vector<std::string> files;                  // that it was read from
  std::vector<std::string> includes;               // patterns of those that were included
  std::vector<std::string> blank;                  // those of `files` without a single character

  /// Whether there is anything to serve.
  bool serves() const;
  /// What the listener with this name serves: an empty name means those of the server, an unknown one nothing.
  const Router& router_of(std::string_view listener) const;
};

/// Reads `file` and all that it includes. Everything that is wrong goes into `diagnostics`; null if anything is.
std::shared_ptr<const Site> load(const std::string& file, config::Diagnostics& diagnostics);

/// The same for a text in memory, called `name` in findings.
std::shared_ptr<const Site> load_text(const std::string& name, const std::string& text,
                                      config::Diagnostics& diagnostics);

/// A worker's hold on a Site. Exchanges retain it, without atomics; the worker's own hold moves on with a reload.
class SiteHold final : public http::Retained {
 public:
  explicit SiteHold(std::shared_ptr<const Site> site) : site_(std::move(site)) {}
  const Site& site() const { return *site_; }
  const std::shared_ptr<const Site>& shared() const { return site_; }

 private:
  std::shared_ptr<const Site> site_;
};

/// The site on which an exchange runs.
inline const Site& site_of(const http::Exchange& exchange) {
  return static_cast<const SiteHold*>(exchange.site)->site();
}

/// What error bodies look like for an exchange: as the matched endpoint, or else the server, has them.
const ErrorBody& errors_of(const http::Exchange& exchange);

/// Answers with an error in the form that the matched endpoint, or else the server, asks for. `detail` says what
/// exactly was wrong and may be empty; it reaches the client.
void respond_error(http::Exchange& exchange, http::Status status, std::string_view detail = {});

}  // namespace sluice::site
