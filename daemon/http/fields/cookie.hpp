#pragma once

#include <optional>
#include <string_view>

#include "http/request.hpp"

namespace sluice::http {

/// The value of the first cookie with this name (case matters) in the request's Cookie fields, without the double
/// quotes that RFC 6265 §4.1.1 allows round it. Not decoded in any way. A view into the request.
std::optional<std::string_view> cookie(const Request& request, std::string_view name);

}  // namespace sluice::http
