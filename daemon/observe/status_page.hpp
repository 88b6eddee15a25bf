#pragma once

#include <string>
#include <string_view>

#include "site/statistics.hpp"

namespace sluice::observe {

/// The page of [status]: it shows what the events at its own path with "/events" behind it say. Nothing comes from
/// elsewhere.
std::string_view status_page();

/// What the page shows, as JSON: totals since the start, from which the page makes rates.
std::string status_data(const site::Totals& totals, const site::ProcessState& process);

}  // namespace sluice::observe
