#pragma once

#include <cstdint>

#include "config/findings/diagnostics.hpp"

namespace sluice::config {

/// Reports a file that is the configuration of another product, and what its main keys are called here. False when it
/// does not look like one.
bool report_foreign_file(std::uint16_t file, Diagnostics& diagnostics);

}  // namespace sluice::config
