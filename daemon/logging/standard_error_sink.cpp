#include "logging/standard_error_sink.hpp"

#include <fmt/format.h>
#include <spdlog/details/os.h>
#include <spdlog/sinks/base_sink.h>

#include <limits.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>
#include <utility>

#include "logging/writable.hpp"

namespace sluice::logging {

namespace {

const char* colour_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return "\033[31m\033[1m";
  if (level == spdlog::level::warn) return "\033[33m\033[1m";
  return level == spdlog::level::info ? "\033[32m" : "\033[36m";
}

/// How many bytes were written. A pipe that takes bytes now takes PIPE_BUF of them without waiting.
std::size_t write_now(std::string_view text) {
  std::size_t done = 0;
  while (done < text.size() && takes_bytes_now(STDERR_FILENO)) {
    auto piece = text.substr(done, PIPE_BUF);
    auto written = ::write(STDERR_FILENO, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  return done;
}

class StandardErrorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  StandardErrorSink()
      : coloured_(spdlog::details::os::in_terminal(stderr) && spdlog::details::os::is_color_terminal()) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (lost_ > 0 && takes_bytes_now(STDERR_FILENO)) {
      auto text =
          fmt::format("the reader of this log was too slow: {} messages are missing here", std::exchange(lost_, 0));
      put({message.logger_name, spdlog::level::warn, text});
    }
    put(message);
  }
  void flush_() override {}

  void put(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t formatted;
    formatter_->format(message, formatted);
    std::string text(formatted.data(), formatted.size());
    if (coloured_ && message.color_range_end > 0) {
      text.insert(message.color_range_end, "\033[m");
      text.insert(message.color_range_start, colour_of(message.level));
    }
    write_whole(text);
  }

  void write_whole(std::string_view text) {
    std::size_t written = 0;
    if (!torn_ || write_now("\n") > 0) {
      written = write_now(text);
      torn_ = written > 0 && written < text.size();
    }
    if (written < text.size()) ++lost_;
  }

  bool coloured_;
  std::uint64_t lost_ = 0;  // messages since the last report
  bool torn_ = false;       // the last line that was written has no end
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> standard_error_sink() { return std::make_shared<StandardErrorSink>(); }

}  // namespace sluice::logging
