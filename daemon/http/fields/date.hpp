#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

/// Dates of HTTP (RFC 9110 §5.6.7). Points in time are seconds since 1970-01-01 00:00 UTC.
namespace sluice::http {

inline constexpr std::size_t date_size = 29;

/// Writes IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT": exactly date_size octets, for the years 0 to 9999.
void write_date(std::int64_t seconds, char* to);
std::string format_date(std::int64_t seconds);

/// Reads any of the three forms: IMF-fixdate, RFC 850 ("Sunday, 06-Nov-94 08:49:37 GMT") and asctime
/// ("Sun Nov  6 08:49:37 1994"). A two-digit year that would lie more than 50 years after `now` is of the
/// century before. Nothing for any other text.
std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now);

/// The Date field of responses as ready octets, made once a second. One per worker.
class DateLine {
 public:
  /// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" for the time `now`; valid until the next call.
  std::string_view line(std::int64_t now) {
    if (now != made_for_) make(now);
    return {text_.data(), text_.size()};
  }
  /// Only the value.
  std::string_view value(std::int64_t now) { return line(now).substr(6, date_size); }

 private:
  void make(std::int64_t now);

  std::int64_t made_for_ = std::numeric_limits<std::int64_t>::min();
  std::array<char, 6 + date_size + 2> text_{};
};

}  // namespace sluice::http
