#pragma once

#include <cstddef>

#include "site/site.hpp"

namespace sluice::service {

/// Raises the soft limit of descriptors to the hard one: every connection is a descriptor. Returns what it is then.
std::size_t raise_descriptor_limit();

/// The most connections of the daemon: server.limits.connections, or fewer when the process may not have so many
/// descriptors. An eighth of them is left for files that are served, for logs and for reloads.
std::size_t most_connections(const site::Site& site);

/// How many of these may belong to files that caches keep open.
std::size_t most_cached_files();

}  // namespace sluice::service
