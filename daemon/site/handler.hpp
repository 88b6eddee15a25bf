#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields/fields.hpp"
#include "http/exchange.hpp"
#include "templates/template.hpp"

namespace sluice::site {

struct Match;

/// Answers the exchanges of one route. Immutable, part of a Site, called by every worker at once.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Responds now, or keeps the exchange (wait_for) and responds later.
  virtual void handle(http::Exchange& exchange) const = 0;
  /// What it does for the request of `match`, in words for who asks why; empty where the config says it already.
  virtual std::string explain(const Match& match) const {
    (void)match;
    return {};
  }
  /// Whether it reads the body itself with Exchange::stream(). If so, handle() is called as soon as the head is
  /// complete.
  virtual bool streams_body() const { return false; }
  /// Whether its connections outlive the exchange that opened them, so that its endpoint needs a Lease.
  virtual bool lasting() const { return false; }
};

/// A header of the config, merged from server to host to route; the value is a template.
struct HeaderTemplate {
  std::string name;
  config::Located<std::string> value;
};

/// What a handler is built from.
struct HandlerContext {
  const config::Value& table;     // the [[route]] table, for places
  const templates::Scope& scope;  // names that templates of this route may use
  http::Status status;            // route.status, or 0 when not given
  const std::vector<HeaderTemplate>& headers;
  config::Reading& reading;
};

/// A kind of [[route]] action: `text`, `json`, `redirect` … It has an action key and keys that only make
/// sense beside it. Declared by a global RouteAction in the file of the kind:
///
///     const RouteAction text_action("text", text_fields, make_text);
struct HandlerKind {
  std::string action;
  config::FieldsFunction fields;
  std::function<std::shared_ptr<void>()> new_options;
  /// Builds the handler; reports what is wrong and then returns null.
  std::function<std::unique_ptr<Handler>(HandlerContext&, const void* options)> make;
};

/// All kinds, by action key.
const std::map<std::string, HandlerKind, std::less<>>& handler_kinds();
void add_handler_kind(HandlerKind kind);

struct RouteAction {
  template <class Options>
  RouteAction(std::string action, const config::Fields<Options>& (*fields)(),
              std::unique_ptr<Handler> (*make)(HandlerContext&, const Options&)) {
    add_handler_kind({std::move(action), [fields]() -> const std::vector<config::Field>& { return fields(); },
                      [] { return std::make_shared<Options>(); },
                      [make](HandlerContext& context, const void* options) {
                        return make(context, *static_cast<const Options*>(options));
                      }});
  }
};

}  // namespace sluice::site
