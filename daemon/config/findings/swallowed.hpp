#pragma once

#include <string>

#include "config/fields/fields.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

namespace sluice::config {

/// A header such as [static.headers] takes all keys below it, also those that were meant for [[static]]. Reports them,
/// once for each header, and moves them to `table`, which is a table of `section`, so that they are not reported again.
/// `path` is what stands in its header: "static", "model.Item".
void return_swallowed(const Section& section, const std::string& path, Value& table, Diagnostics& diagnostics);

}  // namespace sluice::config
