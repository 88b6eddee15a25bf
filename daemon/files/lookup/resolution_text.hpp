#pragma once

#include <string>

#include "files/site.hpp"

namespace sluice::files {

/// What a site does for a request, for who asks why: the file with its type, for how long it may be kept and the
/// codings in which it is sent, or what stands in the way. One line, without its end. Waits for the file system.
/// `why` is why nothing is wanted, where nothing is.
std::string describe(const StaticSite& site, const Wanted& wanted, const std::string& why = {});

}  // namespace sluice::files
