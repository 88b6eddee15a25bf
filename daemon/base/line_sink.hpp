#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// Whether a write to `fd` of up to PIPE_BUF octets would not wait. A pipe whose reader sleeps takes nothing.
bool takes_octets_now(int fd);

/// Collects lines and writes many at once to a descriptor. It never waits: while a pipe's reader sleeps, lines stay in
/// the buffer, and beyond its limit new ones are dropped and counted. Each write ends at a line's end, so that
/// threads that share a file (opened with O_APPEND) never mix their lines. Used by one thread.
class LineSink {
 public:
  static constexpr std::size_t default_limit = 1 << 20;

  /// `fd` is borrowed and may be a file, a pipe or a terminal; `limit` bounds the buffer, in octets.
  explicit LineSink(int fd, std::size_t limit = default_limit) : fd_(fd), limit_(limit) {}

  /// Adds `line` and a line feed. Control characters must have been escaped.
  void add(std::string_view line);
  /// Writes what the descriptor takes now. False when something remains.
  bool flush();
  /// Points to another descriptor (a rotated file).
  void set_fd(int fd) { fd_ = fd; }

  bool empty() const { return buffer_.empty(); }
  std::size_t size() const { return buffer_.size(); }
  /// Lines dropped since the last call.
  std::uint64_t take_dropped();
  /// Lines that wait.
  std::uint64_t lines() const;
  /// The errno with which the last write failed; 0 if it did not, or if the reader sleeps.
  int trouble() const { return trouble_; }

 private:
  int fd_;
  std::size_t limit_;
  std::string buffer_;
  std::uint64_t dropped_ = 0;
  int trouble_ = 0;
};

}  // namespace sluice
