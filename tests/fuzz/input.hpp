#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// What the fuzz targets share. A target reads its input from the back for decisions and takes the rest as text, so
/// that a corpus is readable.
namespace sluice::fuzz {

/// The octets of one run.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  /// A number below `bound`, from the last octet; 0 when nothing is left.
  std::size_t below(std::size_t bound) {
    if (rest_.empty()) return 0;
    auto octet = static_cast<unsigned char>(rest_.back());
    rest_.remove_suffix(1);
    return octet % bound;
  }
  bool flip() { return below(2) == 1; }
  /// A line from the front, without its LF.
  std::string_view line() {
    auto end = std::min(rest_.find('\n'), rest_.size());
    auto text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return text;
  }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// Ends the run as a crash when what must hold does not.
inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

/// A small generator, so that a run depends on its input alone.
class Random {
 public:
  explicit Random(std::string_view seed) {
    for (char c : seed) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  std::size_t below(std::size_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::size_t>(state_ % bound);
  }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

}  // namespace sluice::fuzz
