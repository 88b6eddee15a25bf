#include "base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "base/escape.hpp"
#include "base/journal.hpp"

namespace sluice::log {

namespace {

std::atomic<Level> least{Level::info};

spdlog::logger& logger() {
  // Coloured on a terminal, plain elsewhere; the sink takes a lock, which only messages pay for.
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("sluice", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

/// One write for a message: the journal takes it whole. A journal that is gone is no reason to stop.
void put(Level level, const std::string& text) {
  static const bool under_journal = journal::is_stream(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  if (!under_journal) return logger().log(to_spdlog(level), text);
  auto lines = journal::with_priority(level, text);
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, lines.data(), lines.size());
}

}  // namespace

void set_level(Level level) { least = level; }

bool enabled(Level level) { return level >= least.load(std::memory_order_relaxed) && level != Level::off; }

void write(Level level, std::string_view message) {
  if (enabled(level)) put(level, log_escaped(message));
}

void block(Level level, std::string_view text) {
  if (enabled(level)) put(level, std::string(text));
}

}  // namespace sluice::log
