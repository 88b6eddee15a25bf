#pragma once

#include <string_view>

namespace sluice::cli {

/// A small commented config that serves at once.
std::string_view starter_config();

}  // namespace sluice::cli
