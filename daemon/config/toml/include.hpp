#pragma once

#include <string>
#include <vector>

#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

namespace sluice::config {

/// The files that `pattern` names, in the order of their names; relative to the folder of the file in which
/// the pattern stands, and shown relative when that file was. `*`, `?` and `[…]` are wildcards; hidden files
/// and folders are not matched. A pattern with wildcards may match nothing; a plain name that does not exist
/// is reported.
std::vector<std::string> included_files(const Located<std::string>& pattern, Diagnostics& diagnostics);

/// The same pattern, absolute, for matching_files(). A name without wildcards is one that matches only itself.
std::string include_pattern(const Located<std::string>& pattern, const Diagnostics& diagnostics);

/// The files that match a pattern now, in the order of their names.
std::vector<std::string> matching_files(const std::string& pattern);

}  // namespace sluice::config
