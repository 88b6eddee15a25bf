#include "http/fields/date.hpp"

#include <doctest/doctest.h>

using namespace sluice::http;

namespace {
constexpr std::int64_t now = 1'700'000'000;  // 14 November 2023
}

TEST_CASE("dates are written as IMF-fixdate") {
  CHECK(format_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(format_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(format_date(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(format_date(253402300799) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST_CASE("all three forms of RFC 9110 are read") {
  CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == 784111777);
  CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == 784111777);
  CHECK(parse_date("Sun Nov  6 08:49:37 1994", now) == 784111777);
  CHECK(parse_date("Wed Nov 16 08:49:37 1994", now) == 784111777 + 10 * 86400);
}

TEST_CASE("what is written is read back") {
  for (std::int64_t time = -5'000'000'000; time < 9'000'000'000; time += 12'345'678) {
    CHECK(parse_date(format_date(time), now) == time);
  }
}

TEST_CASE("a two-digit year lies at most 50 years ahead") {
  CHECK(format_date(*parse_date("Tuesday, 06-Nov-73 08:49:37 GMT", now)).substr(12, 4) == "2073");
  CHECK(format_date(*parse_date("Tuesday, 06-Nov-74 08:49:37 GMT", now)).substr(12, 4) == "1974");
}

TEST_CASE("anything else is not a date") {
  for (auto bad : {"",
                   "now",
                   "0",
                   "Sun, 06 Nov 1994 08:49:37",
                   "Sun, 06 Nov 1994 08:49:37 UTC",
                   "Sun, 6 Nov 1994 08:49:37 GMT",
                   "sun, 06 Nov 1994 08:49:37 GMT",
                   "Sun, 06 nov 1994 08:49:37 GMT",
                   "Xun, 06 Nov 1994 08:49:37 GMT",
                   "Sun, 31 Feb 1994 08:49:37 GMT",
                   "Sun, 00 Nov 1994 08:49:37 GMT",
                   "Sun, 06 Nov 1994 24:00:00 GMT",
                   "Sun, 06 Nov 1994 08:60:37 GMT",
                   "Sun, 06 Nov 1994 08:49:61 GMT",
                   "Sun, 06 Nov 1994 08:49:37 GMT ",
                   "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
                   "Sun Nov 6 08:49:37 1994",
                   "Sunday, 06-Nov-1994 08:49:37 GMT",
                   "Sun, 06 Nov 19",
                   "784111777"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_date(bad, now));
  }
}

TEST_CASE("the Date line changes with the second and only then") {
  DateLine date;
  CHECK(date.line(784111777) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(date.line(784111778) == "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
  CHECK(date.value(784111778) == "Sun, 06 Nov 1994 08:49:38 GMT");
}
