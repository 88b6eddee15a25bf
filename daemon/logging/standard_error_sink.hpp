#pragma once

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace sluice::logging {

/// Writes messages to standard error, coloured on a terminal. It never waits for a slow reader. Messages that do not
/// fit are lost; their number is logged when there is room again. Any thread.
std::shared_ptr<spdlog::sinks::sink> standard_error_sink();

}  // namespace sluice::logging
