#pragma once

#include <optional>
#include <string_view>

#include "config/fields/fields.hpp"
#include "http/error_page.hpp"
#include "http/exchange.hpp"
#include "templates/template.hpp"

namespace sluice::site {

/// What the bodies of errors look like: the key `errors`. One of the forms, or JSON of the user's own.
struct ErrorBody {
  http::ErrorForm form = http::ErrorForm::automatic;
  std::optional<templates::Template> json;
};

/// The type of `errors` in the config language: "auto", "problem", "detail", "text", "html", or a table that
/// becomes the JSON body, with {status} {reason} {detail} {path} {method}.
config::Type<ErrorBody> error_body();

/// The response to an exchange that failed with `status`; `detail` says what exactly was wrong and may be
/// empty. The body lies in the exchange's arena.
http::Response make_error_response(http::Exchange& exchange, http::Status status, std::string_view detail,
                                   const ErrorBody& errors);

}  // namespace sluice::site
