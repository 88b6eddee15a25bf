#pragma once

#include <memory>
#include <string>

#include "config/findings/diagnostics.hpp"
#include "site/site.hpp"

namespace sluice::cli {

/// Reads a config for a command that needs a good one. Findings go to standard error; null when there are
/// errors.
std::shared_ptr<const site::Site> load_or_complain(const std::string& file, config::Diagnostics& diagnostics);

}  // namespace sluice::cli
