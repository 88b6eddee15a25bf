#pragma once

namespace sluice::net {

/// Closes a descriptor in a thread of its own: close(2) tells a network or FUSE file system about it and may
/// wait for the answer. Callable from any thread; the calling one never waits.
void close_elsewhere(int fd);

}  // namespace sluice::net
