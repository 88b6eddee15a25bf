#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/exchange.hpp"
#include "site/handler.hpp"

namespace sluice::site {

/// The header fields of a handler's responses: those of the kind, and those of the config with their
/// placeholders compiled. Immutable, part of a handler.
class ResponseFields {
 public:
  using List = std::vector<std::pair<std::string, std::string>>;

  ResponseFields() = default;
  /// `own` are the fields of the kind (Content-Type, ETag); a configured header of the same name takes their
  /// place. Unknown placeholders are reported.
  ResponseFields(List own, const std::vector<HeaderTemplate>& configured, const templates::Scope& scope,
                 config::Diagnostics& diagnostics);

  /// Whether they are the same for all requests.
  bool constant() const { return dynamic_.empty(); }
  /// Puts all fields into `response`; what has to be rendered lies in the exchange's arena.
  void apply(http::Exchange& exchange, http::Response& response) const { apply(exchange, response, fixed_); }
  /// Those that are the same for all requests.
  const http::FixedFields& fixed() const { return fixed_; }
  /// The same for a response that says nothing of the content that it leaves out: a 304 (RFC 9110 §15.4.5), for
  /// example.
  void apply_without_content(http::Exchange& exchange, http::Response& response) const {
    apply(exchange, response, fixed_without_content_);
  }

 private:
  struct Dynamic {
    std::string name;
    templates::Template value;
  };

  void apply(http::Exchange& exchange, http::Response& response, const http::FixedFields& fixed) const;

  http::FixedFields fixed_;
  http::FixedFields fixed_without_content_;
  std::vector<Dynamic> dynamic_;
};

}  // namespace sluice::site
