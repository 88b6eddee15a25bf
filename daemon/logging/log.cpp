#include "logging/log.hpp"

#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/escape.hpp"
#include "logging/formatter.hpp"
#include "logging/journal.hpp"
#include "logging/standard_error_sink.hpp"

namespace sluice::logging {

namespace {

static_assert(static_cast<int>(Level::warning) == SPDLOG_LEVEL_WARN);
static_assert(static_cast<int>(Level::off) == SPDLOG_LEVEL_OFF);

spdlog::level::level_enum to_spdlog(Level level) { return static_cast<spdlog::level::level_enum>(level); }

std::atomic<Format> format_of_messages{Format::text};

/// Under systemd each line has its priority instead of a time stamp.
std::unique_ptr<spdlog::formatter> formatter_here(Format format) {
  static const bool under_journal = journal::is_stream(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  return under_journal ? journal_formatter(format) : formatter(format);
}

/// It is never destroyed: threads and destructors may write until the process ends.
spdlog::logger& logger() {
  static auto& only = *[] {
    auto sink = standard_error_sink();
    sink->set_formatter(formatter_here(Format::text));
    auto made = std::make_unique<spdlog::logger>("sluice", std::move(sink));
    made->set_error_handler([](const std::string&) {});  // there is no other place to report it
    return made.release();
  }();
  return only;
}

}  // namespace

void set_level(Level level) { logger().set_level(to_spdlog(level)); }

void set_format(Format format) {
  format_of_messages = format;
  logger().sinks().front()->set_formatter(formatter_here(format));
}

bool enabled(Level level) { return level != Level::off && logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view message) {
  if (!enabled(level)) return;
  bool escapes_itself = format_of_messages.load(std::memory_order_relaxed) == Format::json;
  block(level, escapes_itself ? std::string(message) : log_escaped(message));
}

bool said_lately(const std::string& message) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t most = 256;
  constexpr auto lately = std::chrono::minutes(1);
  static std::mutex mutex;
  static std::unordered_map<std::string, Clock::time_point> said;
  static Clock::time_point full_since;
  std::unique_lock lock(mutex);
  auto now = Clock::now();
  if (auto found = said.find(message); found != said.end() && now - found->second < lately) return true;
  if (said.size() >= most) std::erase_if(said, [&](const auto& entry) { return now - entry.second >= lately; });
  if (said.size() < most) {
    said.insert_or_assign(message, now);
    return false;
  }
  if (full_since != Clock::time_point() && now - full_since < lately) return true;
  full_since = now;
  lock.unlock();
  write(Level::warning,
        fmt::format("{} different errors within a minute: more are not logged until the minute is over", most));
  return true;
}

void seldom(Level level, const std::string& message) {
  if (!said_lately(message)) write(level, message);
}

void block(Level level, std::string_view text) {
  if (enabled(level)) logger().log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace sluice::logging
