#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/details/os.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/escape.hpp"
#include "base/journal.hpp"
#include "base/standard_error.hpp"

namespace sluice::log {

namespace {

std::atomic<Level> least{Level::info};
std::atomic<Format> format_of_messages{Format::text};

bool in_json() { return format_of_messages.load(std::memory_order_relaxed) == Format::json; }

/// What spdlog makes of a message, coloured on a terminal and plain elsewhere, to standard error without waiting.
class StandardErrorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  StandardErrorSink()
      : coloured_(spdlog::details::os::in_terminal(stderr) && spdlog::details::os::is_color_terminal()) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string text(line.data(), line.size());
    if (coloured_) {
      text.insert(message.color_range_end, "\033[m");
      text.insert(message.color_range_start, colour_of(message.level));
    }
    standard_error::write(text);
  }
  void flush_() override {}

  static const char* colour_of(spdlog::level::level_enum level) {
    if (level >= spdlog::level::err) return "\033[31m\033[1m";
    if (level == spdlog::level::warn) return "\033[33m\033[1m";
    return level == spdlog::level::info ? "\033[32m" : "\033[36m";
  }

  bool coloured_;
};

std::mutex one_at_a_time;  // which only messages pay for

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("sluice", std::make_shared<StandardErrorSink>());
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
    made->set_level(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: return spdlog::level::off;
  }
  return spdlog::level::off;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
    case Level::off: break;
  }
  return "off";
}

/// The time of day in UTC, as RFC 3339 writes it: "2026-11-22T15:30:26.123Z".
std::string time_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1'000'000);
}

std::string json_line(Level level, std::string_view message) {
  return fmt::format(R"({{"time":"{}","level":"{}","message":{}}})", time_now(), name_of(level), json_string(message));
}

/// One write for a message: the journal takes it whole, and takes the priority away. A journal that is gone is no
/// reason to stop.
void put(Level level, const std::string& text) {
  static const bool under_journal = journal::is_stream(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  if (under_journal) {
    standard_error::write(journal::with_priority(level, text));
  } else if (in_json()) {
    standard_error::write(text + "\n");
  } else {
    logger().log(to_spdlog(level), text);
  }
}

std::string form(Level level, std::string_view message) {
  return in_json() ? json_line(level, message) : std::string(message);
}

void put_after_losses(Level level, const std::string& text) {
  std::lock_guard lock(one_at_a_time);
  if (auto lost = standard_error::take_lost())
    put(Level::warning, form(Level::warning, fmt::format("nobody read this log: {} messages were lost here", lost)));
  put(level, text);
}

}  // namespace

void set_level(Level level) { least = level; }

void set_format(Format format) { format_of_messages = format; }

bool enabled(Level level) { return level >= least.load(std::memory_order_relaxed) && level != Level::off; }

void write(Level level, std::string_view message) {
  if (enabled(level)) put_after_losses(level, in_json() ? json_line(level, message) : log_escaped(message));
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
        fmt::format("{} different faults within a minute: others are not logged until it is over", most));
  return true;
}

void seldom(Level level, const std::string& message) {
  if (!said_lately(message)) write(level, message);
}

void block(Level level, std::string_view text) {
  if (enabled(level)) put_after_losses(level, form(level, text));
}

}  // namespace sluice::log
