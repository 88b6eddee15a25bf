#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "handlers/file_root.hpp"

namespace sluice::handlers {

/// Whether the file system with this device number, on which `path` lies, is a local one: all of its changes
/// go through this kernel, and looking at what is in memory waits for nobody else. Asks the file system the
/// first time, and again after a while, for numbers are used anew; with Waiting::never it gives nothing
/// instead.
std::optional<bool> is_local(std::uint64_t device, const std::string& path, Waiting waiting);

}  // namespace sluice::handlers
