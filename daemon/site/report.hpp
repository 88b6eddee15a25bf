#pragma once

#include <string>
#include <string_view>

#include "config/findings/diagnostics.hpp"
#include "http/method.hpp"
#include "site/site.hpp"

/// What a site serves, for the eyes of the person who wrote its config.
namespace sluice::site {

/// A table of everything that is served: methods, path, host, what answers, and the file and line that says so.
std::string routes_table(const Site& site, const config::Sources& sources);

/// Which endpoint serves a request and with which parameters, and why each of the others does not. `target` is a path
/// with or without a query; `host` may be empty; a port in it says nothing, as in a request.
std::string explain_request(const Site& site, const config::Sources& sources, http::Method method,
                            std::string_view host, std::string_view target);

}  // namespace sluice::site
