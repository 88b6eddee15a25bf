#pragma once

#include <string>
#include <string_view>

namespace sluice::files {

/// Why `path` cannot be opened, in words for an administrator: the first component that fails, also behind symbolic
/// links, who owns it with which mode, and as whom this process runs. `error` is the errno that opening gave.
/// `deed` is what was to be done with it. "`/srv/www` may not be entered (owner root, group root, mode 0700; this
/// process runs as www-data, group www-data)"
std::string explain_path_fault(const std::string& path, int error, std::string_view deed = "read");

/// Which symbolic link on the way to `relative` leads out of `root`, and where to.
std::string explain_escape(const std::string& root, const std::string& relative);

/// Which symbolic link on the way to `relative` below `root` is not followed, because links lead in a circle or none
/// may be followed there.
std::string explain_links(const std::string& root, const std::string& relative);

/// Why there is nothing at `relative` below `root`, if somebody has to mend that: the root does not exist, a
/// symbolic link leads nowhere, or it is a FIFO, a socket or a device. Empty where just nothing has that name.
std::string explain_missing(const std::string& root, const std::string& relative);

}  // namespace sluice::files
