#pragma once

namespace sluice::logging {

/// Whether a write to `fd` of up to PIPE_BUF bytes would not wait. A pipe whose reader sleeps takes nothing.
bool takes_bytes_now(int fd);

}  // namespace sluice::logging
