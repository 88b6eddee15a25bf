#pragma once

#include "site/settings/settings.hpp"

namespace sluice::service {

/// Sets up the log of this process according to [log].
void set_log(const site::LogOptions& options);

}  // namespace sluice::service
