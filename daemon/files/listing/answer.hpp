#pragma once

#include <memory>
#include <string>

#include "files/site.hpp"
#include "http/exchange.hpp"

namespace sluice::files {

/// Answers with the listing of the directory to which a request of a mount leads: HTML, or JSON for clients
/// that rather take that. The query may say `sort` (name, size, time), `order` (asc, desc) and `page`. Made
/// in the thread pool.
void respond_with_listing(http::Exchange& exchange, std::shared_ptr<const StaticSite> site, Resolution&& resolution);

}  // namespace sluice::files
