#include "logging/line_log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "logging/writable.hpp"

namespace sluice::logging {

namespace {

bool is_file(int fd) {
  struct stat info{};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

/// The buffer. What a line says has been formatted by whoever adds it.
class LineLog::Sink final : public spdlog::sinks::sink {
 public:
  Sink(int fd, std::size_t limit) : fd_(fd), limit_(limit) {}

  void log(const spdlog::details::log_msg& message) override {
    const auto& line = message.payload;
    if (buffer.size() + line.size() + 1 > limit_) {
      ++dropped;
      return;
    }
    buffer.append(line.data(), line.size());
    buffer.push_back('\n');
  }
  void flush() override;
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  std::string buffer;
  std::uint64_t dropped = 0;
  int trouble = 0;

 private:
  int fd_;
  std::size_t limit_;
};

void LineLog::Sink::flush() {
  std::size_t done = 0;
  trouble = 0;
  bool whole = is_file(fd_);  // a pipe that polls writable takes PIPE_BUF bytes without waiting, a file any number
  while (done < buffer.size() && takes_bytes_now(fd_)) {
    auto rest = std::string_view(buffer).substr(done);
    auto piece = whole ? rest : rest.substr(0, PIPE_BUF);
    auto end = piece.rfind('\n');
    if (end != std::string_view::npos) piece = piece.substr(0, end + 1);
    auto written = ::write(fd_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {  // a full disk: lines that fit stay in the buffer, the others are counted
      trouble = errno;
      break;
    }
    done += static_cast<std::size_t>(written);
  }
  buffer.erase(0, done);
}

LineLog::LineLog(int fd, std::size_t limit)
    : sink_(std::make_shared<Sink>(fd, limit)), logger_(std::make_unique<spdlog::logger>("lines", sink_)) {
  logger_->set_error_handler([](const std::string&) {});  // out of memory: the line is lost
}

LineLog::~LineLog() = default;

/// A line carries its own time, if any: spdlog need not ask the clock.
void LineLog::add(std::string_view line) {
  logger_->log(spdlog::log_clock::time_point{}, spdlog::source_loc{}, spdlog::level::info,
               spdlog::string_view_t(line.data(), line.size()));
}

bool LineLog::flush() {
  logger_->flush();
  return empty();
}

std::size_t LineLog::size() const { return sink_->buffer.size(); }

std::uint64_t LineLog::lines() const { return static_cast<std::uint64_t>(std::ranges::count(sink_->buffer, '\n')); }

std::uint64_t LineLog::take_dropped() { return std::exchange(sink_->dropped, 0); }

int LineLog::trouble() const { return sink_->trouble; }

}  // namespace sluice::logging
