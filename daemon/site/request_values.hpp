#pragma once

#include "http/exchange.hpp"
#include "site/routing/match.hpp"
#include "templates/scope.hpp"

namespace sluice::site {

/// Properties of the placeholders of a request.
struct RequestTrait {
  static constexpr templates::Traits body = 2;            // needs the body of the request
  static constexpr templates::Traits path_parameter = 4;  // by index of Match::path; {NAME...} may hold slashes
  static constexpr templates::Traits whole_path = 8;      // {path}, which begins with a slash
  static constexpr templates::Traits host = 16;           // {host}: the name under which the client reached the server
};

/// The values of placeholders for one request. Lives while something is rendered for it; what it gives lies
/// in the exchange, its arena or the Site. Text of path, query, header and cookie is valid UTF-8 (octets that
/// are not become U+FFFD); the body is given as it came.
class RequestValues : public templates::Values {
 public:
  explicit RequestValues(http::Exchange& exchange)
      : exchange_(exchange), match_(static_cast<const Match*>(exchange.matched)) {}

  Arena& arena() const override { return exchange_.arena; }
  http::Exchange& exchange() const { return exchange_; }
  const http::Request& request() const { return exchange_.request; }
  const Match* match() const { return match_; }

 private:
  http::Exchange& exchange_;
  const Match* match_;  // null before routing and where nothing was found
};

/// The names of every request: body, method, path, host, remote.ip, request.id, query.X, header.X, cookie.X, and the
/// common ones. Their slots read RequestValues.
templates::Scope request_scope();

/// Slots of declared parameters, by index of Parameters.
extern const templates::Slot path_parameter, query_parameter;

}  // namespace sluice::site
