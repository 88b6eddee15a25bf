#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/fields.hpp"
#include "http/method.hpp"
#include "site/handler.hpp"
#include "site/parameters.hpp"

namespace sluice::site {

class Site;

/// One thing to serve, as a section's builder hands it over. A [[route]], a [[static]] mount, a [[websocket]].
struct Endpoint {
  std::string section;                              // "route", "static", "websocket": for `sluice routes`
  std::string summary;                              // "text", "static /srv/www": the same
  std::vector<config::Located<std::string>> paths;  // patterns: "/items/{id}", "/files/{rest...}"
  config::Located<std::string> host;                // empty: any
  http::MethodSet methods;
  bool mount = false;                               // a static mount: after all routes; serves the whole subtree of `paths`
  Parameters parameters;                            // declared path and query parameters
  std::chrono::milliseconds delay{0};
  std::optional<Bytes> body_limit;                  // route's own; empty: the server's
  std::unique_ptr<Handler> handler;
  config::Span where;                               // the table header
};

/// Collects what a configuration declares and makes a Site of it.
class Builder {
 public:
  explicit Builder(config::Reading& reading) : reading_(reading) {}

  config::Reading& reading() { return reading_; }
  /// Server-wide and host-wide headers for an endpoint, merged with its own (`headers.X = false` removes).
  std::vector<HeaderTemplate> merged_headers(const config::Located<std::string>& host, const config::Value* own);
  /// The scope of a path pattern: the built-ins, its {parameters}, and the declared query parameters.
  Scope scope_of(const std::vector<config::Located<std::string>>& paths, const Parameters& parameters);
  void add(Endpoint endpoint) { endpoints_.push_back(std::move(endpoint)); }

  std::vector<Endpoint>& endpoints() { return endpoints_; }

 private:
  config::Reading& reading_;
  std::vector<Endpoint> endpoints_;
};

/// Turns the declarations of one section into endpoints. Registered by a global SectionBuilder.
using BuildSection = void (*)(const config::Declaration& declaration, Builder& builder);
const std::map<std::string, BuildSection, std::less<>>& section_builders();
struct SectionBuilder {
  SectionBuilder(std::string section, BuildSection build);
};

}  // namespace sluice::site
