#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace spdlog {
class logger;
}

namespace sluice::logging {

/// Writes lines as they are, through spdlog: those of the access log, and those of the user's config. It collects them
/// and writes many at once to a descriptor. It never waits: while a pipe's reader sleeps, lines stay in the buffer, and
/// beyond its limit new ones are dropped and counted. Each write ends at a line's end, so that threads that share a
/// file (opened with O_APPEND) never mix their lines. Used by one thread.
class LineLog {
 public:
  static constexpr std::size_t default_limit = 1 << 20;

  /// `fd` is borrowed and may be a file, a pipe or a terminal; `limit` bounds the buffer, in bytes.
  explicit LineLog(int fd, std::size_t limit = default_limit);
  ~LineLog();

  /// Adds `line` and a line feed. Control characters must have been escaped.
  void add(std::string_view line);
  /// Writes what the descriptor takes now. False when something remains.
  bool flush();

  bool empty() const { return size() == 0; }
  /// Bytes that wait.
  std::size_t size() const;
  /// Lines that wait.
  std::uint64_t lines() const;
  /// Lines dropped since the last call.
  std::uint64_t take_dropped();
  /// The errno with which the last write failed; 0 if it did not, or if the reader sleeps.
  int trouble() const;

 private:
  class Sink;

  std::shared_ptr<Sink> sink_;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace sluice::logging
