#include "logging/formatter.hpp"

#include <doctest/doctest.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/formatter.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/text.hpp"

using namespace sluice;

namespace {

std::string formatted(spdlog::formatter& by, spdlog::level::level_enum level, const std::string& text) {
  // 2026-11-22T15:30:26.007Z
  spdlog::log_clock::time_point time{std::chrono::milliseconds(1'795'361'426'007)};
  spdlog::memory_buf_t line;
  by.format({time, {}, "sluice", level, text}, line);
  return {line.data(), line.size()};
}

}  // namespace

TEST_CASE("a message in JSON is one object with the time in UTC, the level and the text") {
  auto json = logging::formatter(logging::Format::json);
  CHECK(formatted(*json, spdlog::level::warn, "say \"a\"\nand \x1b") ==
        "{\"time\":\"2026-11-22T15:30:26.007Z\",\"level\":\"warning\",\"message\":\"say \\\"a\\\"\\nand \\u001b\"}\n");
  CHECK(formatted(*json, spdlog::level::err, "").ends_with("\"level\":\"error\",\"message\":\"\"}\n"));
}

TEST_CASE("a message for people begins with the local time and the level") {
  auto text = logging::formatter(logging::Format::text);
  auto line = formatted(*text, spdlog::level::info, "hello");
  CHECK(line.ends_with(":26.007 info    hello\n"));
  std::ranges::replace_if(line, is_digit, '0');
  CHECK(line == "0000-00-00 00:00:00.000 info    hello\n");
}

TEST_CASE("a message for the journal has a priority before each line, and no time unless it is JSON") {
  auto text = logging::journal_formatter(logging::Format::text);
  CHECK(formatted(*text, spdlog::level::err, "one\n\ntwo") == "<3>one\n<3>two\n");
  CHECK(formatted(*text, spdlog::level::debug, "x") == "<7>x\n");
  auto json = logging::journal_formatter(logging::Format::json);
  CHECK(formatted(*json, spdlog::level::info, "one\ntwo") ==
        "<6>{\"time\":\"2026-11-22T15:30:26.007Z\",\"level\":\"info\",\"message\":\"one\\ntwo\"}\n");
}
