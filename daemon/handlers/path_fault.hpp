#pragma once

#include <string>

namespace sluice::handlers {

/// Why `path` cannot be opened, in words for an administrator: the first component that fails, who owns it
/// with which mode, and as whom this process runs. `error` is the errno that opening gave.
/// "`/srv/www` is not accessible (owner root, mode 0700; this process runs as www-data)"
std::string explain_path_fault(const std::string& path, int error);

}  // namespace sluice::handlers
