#pragma once

#include "config/fields/fields.hpp"
#include "files/content/cache_policy.hpp"

namespace sluice::files {

/// Whether `root` is a directory that this process can read and enter; if not, says so at its place, with the
/// component of the path that failed (`unreadable-root`).
bool check_root(const config::Located<std::string>& root, config::Diagnostics& diagnostics);

/// The same for a file to be served (`unreadable-file`).
bool check_file(const config::Located<std::string>& file, config::Diagnostics& diagnostics);

/// 0, or the errno with which files cannot be created in `folder` (ENOTDIR: it is no directory).
int fault_of_writable_folder(const std::string& folder);

/// Proposes rules of `cache` where a root holds files whose names may, or may not, hold a hash of the content
/// (`built-names`). Looks at some thousand names at most.
void propose_cache_rules(const config::Located<std::string>& root, const CachePolicy& cache,
                         config::Diagnostics& diagnostics);

}  // namespace sluice::files
