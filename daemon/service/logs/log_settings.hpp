#pragma once

#include "site/settings/settings.hpp"

namespace sluice::service {

/// Lets the log of this process be as [log] says.
void set_log(const site::LogOptions& options);

}  // namespace sluice::service
