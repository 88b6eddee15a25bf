#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "http/exchange.hpp"
#include "site/template.hpp"

namespace sluice::site {

/// Answers the exchanges of one route. Immutable, part of a Site, called by every worker at once.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Responds now, or keeps the exchange (wait_for) and responds later.
  virtual void handle(http::Exchange& exchange) const = 0;
};

/// What a handler is built from.
struct HandlerContext {
  const config::Value& table;            // the [[route]], [[static]] or [[websocket]] table
  const Scope& scope;                    // names that templates of this route may use
  http::Status status;                   // route.status, or 0 when not given
  std::vector<std::pair<std::string, config::Located<std::string>>> headers;  // merged, server to route; templates
  config::Reading& reading;
};

/// A kind of [[route]] action: `text`, `json`, `redirect` … A KindEntry in the file of the kind makes it known.
struct HandlerKind {
  std::string action;                    // the action key
  config::FieldsFunction fields;         // the action key and the keys that only make sense with it
  /// Reads its keys and builds the handler; reports what is wrong and then returns null.
  /// (The keys were already checked for existence by the caller.)
  std::unique_ptr<Handler> (*make)(HandlerContext& context, void* options);
};

}  // namespace sluice::site
