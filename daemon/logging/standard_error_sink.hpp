#pragma once

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace sluice::logging {

/// Writes messages to standard error, coloured on a terminal. Its reader may be slow, asleep or gone: nobody waits for
/// it. Messages that do not fit are lost, and how many is said when there is room again. Any thread.
std::shared_ptr<spdlog::sinks::sink> standard_error_sink();

}  // namespace sluice::logging
