#pragma once

#include <memory>

#include "logging/log.hpp"

namespace spdlog {
class formatter;
}

namespace sluice::logging {

/// A line of text with the local time and the level, or a JSON object with the time in UTC (RFC 3339).
std::unique_ptr<spdlog::formatter> formatter(Format format);

/// The form for systemd's journal: a priority before each line, and a text without the time, which the journal has.
std::unique_ptr<spdlog::formatter> journal_formatter(Format format);

}  // namespace sluice::logging
