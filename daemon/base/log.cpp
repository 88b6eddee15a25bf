#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/escape.hpp"
#include "base/journal.hpp"

namespace sluice::log {

namespace {

std::atomic<Level> least{Level::info};
std::atomic<Format> format_of_messages{Format::text};

bool in_json() { return format_of_messages.load(std::memory_order_relaxed) == Format::json; }

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

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

/// The time of day in UTC, as RFC 3339 writes it: "2026-11-22T15:30:26.123Z".
std::string time_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1'000'000);
}

void put_raw(const std::string& lines) {
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, lines.data(), lines.size());
}

/// One write for a message: the journal takes it whole, and takes the priority away. A journal that is gone is no reason
/// to stop.
void put(Level level, const std::string& text) {
  static const bool under_journal = journal::is_stream(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  if (under_journal) return put_raw(journal::with_priority(level, text));
  if (in_json()) return put_raw(text + "\n");
  logger().log(to_spdlog(level), text);
}

std::string json_line(Level level, std::string_view message) {
  return fmt::format(R"({{"time":"{}","level":"{}","message":{}}})", time_now(), name_of(level), json_string(message));
}

}  // namespace

void set_level(Level level) { least = level; }

void set_format(Format format) { format_of_messages = format; }

bool enabled(Level level) { return level >= least.load(std::memory_order_relaxed) && level != Level::off; }

void write(Level level, std::string_view message) {
  if (enabled(level)) put(level, in_json() ? json_line(level, message) : log_escaped(message));
}

void block(Level level, std::string_view text) {
  if (enabled(level)) put(level, in_json() ? json_line(level, text) : std::string(text));
}

}  // namespace sluice::log
