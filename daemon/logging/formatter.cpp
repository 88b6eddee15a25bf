#include "logging/formatter.hpp"

#include <spdlog/pattern_formatter.h>

#include <utility>

#include "base/escape.hpp"
#include "logging/journal.hpp"

namespace sluice::logging {

namespace {

void append(spdlog::memory_buf_t& to, std::string_view text) { to.append(text.data(), text.data() + text.size()); }

/// %j in a pattern: the message as a JSON string.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    append(to, json_string({message.payload.data(), message.payload.size()}));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonMessage>(); }
};

/// Puts the priority before each line that another formatter makes.
class JournalFormatter final : public spdlog::formatter {
 public:
  explicit JournalFormatter(std::unique_ptr<spdlog::formatter> inner) : inner_(std::move(inner)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    spdlog::memory_buf_t lines;
    inner_->format(message, lines);
    append(to, journal::with_priority(static_cast<Level>(message.level), {lines.data(), lines.size()}));
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<JournalFormatter>(inner_->clone()); }

 private:
  std::unique_ptr<spdlog::formatter> inner_;
};

std::unique_ptr<spdlog::formatter> json_formatter() {
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  made->add_flag<JsonMessage>('j').set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%j})");
  return made;
}

std::unique_ptr<spdlog::formatter> text_formatter(const char* pattern) {
  return std::make_unique<spdlog::pattern_formatter>(pattern);
}

}  // namespace

std::unique_ptr<spdlog::formatter> formatter(Format format) {
  return format == Format::json ? json_formatter() : text_formatter("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
}

std::unique_ptr<spdlog::formatter> journal_formatter(Format format) {
  return std::make_unique<JournalFormatter>(format == Format::json ? json_formatter() : text_formatter("%v"));
}

}  // namespace sluice::logging
