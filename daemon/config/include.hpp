#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/value.hpp"

namespace sluice::config {

/// The files that `pattern` names, in the order of their names; relative to the folder of the file in which
/// the pattern stands, and shown relative when that file was. `*`, `?` and `[…]` are wildcards; hidden files
/// and folders are not matched. A pattern with wildcards may match nothing; a plain name that does not exist
/// is reported.
std::vector<std::string> included_files(const Located<std::string>& pattern, Diagnostics& diagnostics);

}  // namespace sluice::config
