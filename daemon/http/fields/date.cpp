#include "http/fields/date.hpp"

#include <chrono>
#include <cstring>

#include "base/text.hpp"

namespace sluice::http {

namespace {

constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view days = "SunMonTueWedThuFriSat";
constexpr std::string_view long_days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

char* write_digits(char* to, unsigned value, int count) {
  for (int i = count; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
  return to + count;
}

char* write_text(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

/// Reads a date from its front, piece by piece. After the first piece that does not fit everything fails.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool literal(std::string_view text) { return take(rest_.starts_with(text), text.size()); }

  bool digits(std::size_t count, int& value) {
    value = 0;
    if (rest_.size() < count) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return false;
      value = value * 10 + (rest_[i] - '0');
    }
    return take(true, count);
  }

  bool month(int& value) {
    auto at = name_in(months);
    value = static_cast<int>(at / 3) + 1;
    return take(at != std::string_view::npos, 3);
  }

  bool day_name() { return take(name_in(days) != std::string_view::npos, 3); }

  bool long_day_name() {
    for (auto name : long_days) {
      if (literal(name)) return true;
    }
    return false;
  }

  bool end() const { return rest_.empty(); }

 private:
  bool take(bool fits, std::size_t count) {
    if (fits) rest_.remove_prefix(count);
    return fits;
  }

  /// Where the three letters at the front stand in a list of such names.
  std::size_t name_in(std::string_view names) const {
    if (rest_.size() < 3) return std::string_view::npos;
    for (std::size_t at = 0; at < names.size(); at += 3) {
      if (names.substr(at, 3) == rest_.substr(0, 3)) return at;
    }
    return std::string_view::npos;
  }

  std::string_view rest_;
};

struct Parts {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

bool read_time(Reader& in, Parts& parts) {
  return in.digits(2, parts.hour) && in.literal(":") && in.digits(2, parts.minute) && in.literal(":") &&
         in.digits(2, parts.second);
}

bool read_fixdate(Reader in, Parts& parts) {
  return in.day_name() && in.literal(", ") && in.digits(2, parts.day) && in.literal(" ") && in.month(parts.month) &&
         in.literal(" ") && in.digits(4, parts.year) && in.literal(" ") && read_time(in, parts) && in.literal(" GMT") &&
         in.end();
}

bool read_rfc850(Reader in, Parts& parts) {
  return in.long_day_name() && in.literal(", ") && in.digits(2, parts.day) && in.literal("-") &&
         in.month(parts.month) && in.literal("-") && in.digits(2, parts.year) && in.literal(" ") &&
         read_time(in, parts) && in.literal(" GMT") && in.end();
}

bool read_asctime(Reader in, Parts& parts) {
  if (!in.day_name() || !in.literal(" ") || !in.month(parts.month) || !in.literal(" ")) return false;
  bool day = in.literal(" ") ? in.digits(1, parts.day) : in.digits(2, parts.day);
  return day && in.literal(" ") && read_time(in, parts) && in.literal(" ") && in.digits(4, parts.year) && in.end();
}

int year_of(std::int64_t seconds) {
  auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

std::optional<std::int64_t> to_seconds(const Parts& parts) {
  using namespace std::chrono;
  year_month_day date{year(parts.year), month(static_cast<unsigned>(parts.month)),
                      day(static_cast<unsigned>(parts.day))};
  // 60 is a leap second.
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  return sys_seconds(sys_days(date)).time_since_epoch().count() + parts.hour * 3600 + parts.minute * 60 + parts.second;
}

}  // namespace

void write_date(std::int64_t seconds, char* to) {
  using namespace std::chrono;
  auto day = floor<std::chrono::days>(sys_seconds(std::chrono::seconds(seconds)));
  year_month_day date(day);
  auto time = static_cast<unsigned>(seconds - sys_seconds(day).time_since_epoch().count());

  to = write_text(to, days.substr(weekday(day).c_encoding() * 3, 3));
  to = write_text(to, ", ");
  to = write_digits(to, static_cast<unsigned>(date.day()), 2);
  to = write_text(to, " ");
  to = write_text(to, months.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3));
  to = write_text(to, " ");
  to = write_digits(to, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  to = write_text(to, " ");
  to = write_digits(to, time / 3600, 2);
  to = write_text(to, ":");
  to = write_digits(to, time / 60 % 60, 2);
  to = write_text(to, ":");
  to = write_digits(to, time % 60, 2);
  write_text(to, " GMT");
}

std::string format_date(std::int64_t seconds) {
  std::string text(date_size, '\0');
  write_date(seconds, text.data());
  return text;
}

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) {
  Parts parts;
  if (read_fixdate(Reader(text), parts)) return to_seconds(parts);
  if (read_asctime(Reader(text), parts)) return to_seconds(parts);
  if (!read_rfc850(Reader(text), parts)) return std::nullopt;
  int this_year = year_of(now);
  parts.year += this_year / 100 * 100;
  if (parts.year > this_year + 50) parts.year -= 100;
  return to_seconds(parts);
}

void DateLine::make(std::int64_t now) {
  char* to = write_text(text_.data(), "Date: ");
  write_date(now, to);
  write_text(to + date_size, "\r\n");
  made_for_ = now;
}

}  // namespace sluice::http
