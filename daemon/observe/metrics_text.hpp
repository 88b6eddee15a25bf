#pragma once

#include <string>

#include "site/statistics.hpp"

namespace sluice::observe {

/// `totals` and the state of the process in Prometheus' text format, version 0.0.4.
std::string metrics_text(const site::Totals& totals, const site::ProcessState& process);

}  // namespace sluice::observe
