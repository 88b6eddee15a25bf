#include "service/logs/log_settings.hpp"

#include "logging/log.hpp"

namespace sluice::service {

namespace {

logging::Level level_of(site::LogLevel level) {
  switch (level) {
    case site::LogLevel::debug: return logging::Level::debug;
    case site::LogLevel::info: return logging::Level::info;
    case site::LogLevel::warning: return logging::Level::warning;
    case site::LogLevel::error: return logging::Level::error;
    case site::LogLevel::off: return logging::Level::off;
  }
  return logging::Level::info;
}

}  // namespace

void set_log(const site::LogOptions& options) {
  logging::set_level(level_of(options.level));
  logging::set_format(options.format == site::LogFormat::json ? logging::Format::json : logging::Format::text);
}

}  // namespace sluice::service
