#pragma once

#include <string>
#include <vector>

#include "config/fields/fields.hpp"

namespace sluice::config {

/// The JSON Schema (Draft-4, the one that taplo reads) of a table with the keys of all `parts`, in one line.
std::string table_schema(const std::vector<const std::vector<Field>*>& parts);

/// The JSON Schema of a whole config file, made from all Sections; indented, ends with a newline.
std::string json_schema();

}  // namespace sluice::config
