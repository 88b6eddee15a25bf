#pragma once

#include <string>

#include "config/fields/fields.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

namespace sluice::config {

/// A header such as [static.headers] takes all the keys below it, those too that were meant for [[static]]. Reports
/// them, once for each header, and gives them back to `table`, which is one of `section`: nothing more is wrong.
/// `path` is what stands in its header: "static", "model.Item".
void return_swallowed(const Section& section, const std::string& path, Value& table, Diagnostics& diagnostics);

}  // namespace sluice::config
