#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "files/lookup/root.hpp"
#include "net/file/open_file.hpp"

namespace sluice::files {

/// What the file system with this device number, on which `path` lies, is made of. All changes of one that is
/// not remote go through this kernel, and looking at what is in memory waits for nobody else; one that is not
/// known counts as remote. Asks the file system the first time, and again after a while, for numbers are used
/// anew; with Waiting::never it gives nothing instead.
std::optional<net::Storage> storage_of(std::uint64_t device, const std::string& path, Waiting waiting);

}  // namespace sluice::files
