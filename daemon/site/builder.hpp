#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields/fields.hpp"
#include "config/toml/document.hpp"
#include "http/method.hpp"
#include "net/socket/address.hpp"
#include "site/handler.hpp"
#include "site/hook.hpp"
#include "site/response_fields.hpp"
#include "site/routing/parameters.hpp"
#include "site/routing/trailing_slash.hpp"

namespace sluice::site {

class Site;
struct ErrorBody;
class Lease;

/// How the body of a request is read before the action.
enum class BodyUse : std::uint8_t {
  none,      // it is dropped
  whole,     // read into Request::body, because the action uses it
  streamed,  // the action reads it
};

/// One thing to serve, as a section's builder hands it over. A [[route]], a [[static]] mount, a
/// [[websocket]].
struct Endpoint {
  std::string section;                                   // "route", "static", "websocket": for `sluice routes`
  std::string summary;                                   // "text", "static /srv/www": the same
  std::vector<config::Located<std::string>> paths;       // patterns: "/items/{id}", "/files/{rest...}"
  std::vector<config::Located<std::string>> hosts;       // empty: any
  std::optional<config::Located<net::Endpoint>> listen;  // the listener that it has to itself; empty: the server's
  http::MethodSet methods;
  bool mount = false;     // a static mount: after all routes; serves the whole subtree of `paths`
  Parameters parameters;  // declared path and query parameters
  std::chrono::milliseconds delay{0};
  BodyUse body = BodyUse::none;
  std::optional<Bytes> body_limit;                // route's own; empty: the server's
  std::optional<TrailingSlash> trailing_slash;    // route's own; empty: the server's
  Hooks hooks;                                    // before and after the handler
  std::shared_ptr<const ErrorBody> errors;        // route's own; null: the server's
  bool access_log = true;                         // whether its requests are in the access log
  std::uint16_t number = 0;                       // of its counters; given when the site is built
  std::unique_ptr<const ResponseFields> headers;  // of the config, for answers that say nothing of its content
  std::unique_ptr<Handler> handler;
  std::shared_ptr<Lease> lease;  // of connections that outlive their exchange; null: there are none
  config::Span where;            // the table header

  /// "a.example, b.example"; empty: any.
  std::string host_names() const;
  /// The name of the listener that alone reaches it; empty: those of the server.
  std::string_view listener() const { return listen ? std::string_view(listen->value.text) : std::string_view(); }
};

/// Collects what a configuration declares and makes a Site of it.
class Builder {
 public:
  explicit Builder(config::Reading& reading) : reading_(reading) {}

  config::Reading& reading() { return reading_; }
  /// Declares headers that all endpoints have: a table whose values are text or false. Before the sections are built.
  /// What can only be true of one body is reported.
  void set_headers(const config::Value& table);
  /// Server-wide headers for an endpoint, merged with its own (`headers.X = false` removes).
  std::vector<HeaderTemplate> merged_headers(const config::Value* own);
  /// The fields of Endpoint::headers. What is wrong with `headers` is reported where the handler is built.
  std::unique_ptr<const ResponseFields> compiled(const std::vector<HeaderTemplate>& headers,
                                                 const templates::Scope& scope) const;
  /// The parameters of an endpoint: those of its paths in the order in which the paths first have them, those
  /// not declared being text, and the declared query parameters. A declared path parameter that no path has,
  /// and one that only some of the paths have and that is neither optional nor has a default, are reported.
  /// Bad patterns are left to the router, which reports them.
  Parameters parameters_of(const std::vector<config::Located<std::string>>& paths, const Declarations& path,
                           const Declarations& query);
  /// The scope of path patterns: the built-ins, the declared query parameters, the {parameters} of the paths.
  templates::Scope scope_of(const std::vector<config::Located<std::string>>& paths, const Parameters& parameters);
  /// The hooks of [server], which endpoints have where they do not say otherwise. Before the sections are built.
  void set_server_hooks(HookOptions options) { server_hooks_ = std::move(options); }
  /// The hooks of a table; of the server when it has none of their keys.
  Hooks hooks(const HookOptions* own = nullptr) const { return HookKinds::make(own, server_hooks_); }
  const HookOptions& server_hooks() const { return server_hooks_; }
  void add(Endpoint endpoint) { endpoints_.push_back(std::move(endpoint)); }

  std::vector<Endpoint>& endpoints() { return endpoints_; }

 private:
  config::Reading& reading_;
  config::Value headers_;  // of all endpoints
  HookOptions server_hooks_{"server"};
  std::vector<Endpoint> endpoints_;
};

/// Turns the declarations of one section into endpoints. Registered by a global SectionBuilder.
using BuildSection = void (*)(const config::Declaration& declaration, Builder& builder);
const std::map<std::string, BuildSection, std::less<>>& section_builders();
struct SectionBuilder {
  SectionBuilder(std::string section, BuildSection build);
};

}  // namespace sluice::site
