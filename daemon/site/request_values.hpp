#pragma once

#include "http/exchange.hpp"
#include "site/routing/match.hpp"
#include "templates/template.hpp"

namespace sluice::site {

/// The values of placeholders for one request. Lives while something is rendered for it; what it gives lies
/// in the exchange, its arena or the Site. Text of path, query, header and cookie is valid UTF-8 (octets that
/// are not become U+FFFD); the body is given as it came.
class RequestValues : public templates::Values {
 public:
  explicit RequestValues(http::Exchange& exchange)
      : exchange_(exchange), match_(static_cast<const Match*>(exchange.matched)) {}

  templates::Value get(const templates::Placeholder& placeholder) const override;

 protected:
  http::Exchange& exchange() const { return exchange_; }
  const Match* match() const { return match_; }

 private:
  templates::Value path_parameter(std::size_t index) const;
  std::string_view decoded_path() const;

  http::Exchange& exchange_;
  const Match* match_;  // null before routing and where nothing was found
};

}  // namespace sluice::site
