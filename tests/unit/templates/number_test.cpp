#include "templates/number.hpp"

#include <doctest/doctest.h>

#include <string>

#include "site/routing/parameters.hpp"
#include "templates/identity.hpp"

namespace {

using namespace sluice;
using namespace sluice::templates;
using sluice::site::convert;
using sluice::site::ParameterType;

std::string integer(std::string_view text) {
  Arena arena;
  auto digits = parse_python_integer(text, arena);
  return digits ? std::string(*digits) : "no";
}

std::string floating(std::string_view text) {
  Arena arena;
  auto number = parse_python_float(text, arena);
  return number ? python_repr(*number) : "no";
}

TEST_CASE("an integer is what Python's int() takes") {
  CHECK(integer("5") == "5");
  CHECK(integer("-1") == "-1");
  CHECK(integer("+1") == "1");
  CHECK(integer("007") == "7");
  CHECK(integer("-007") == "-7");
  CHECK(integer("-0") == "0");
  CHECK(integer("000") == "0");
  CHECK(integer(" 1 ") == "1");
  CHECK(integer("1\n") == "1");
  CHECK(integer("\v1\f") == "1");
  CHECK(integer("1_000") == "1000");
  CHECK(integer("-0_1") == "-1");
  CHECK(integer("99999999999999999999999999") == "99999999999999999999999999");
  CHECK(integer("١٢") == "12");
  CHECK(integer("１") == "1");
  CHECK(integer("\u00a01\u3000") == "1");
  CHECK(integer(std::string(4300, '9')) == std::string(4300, '9'));
}

TEST_CASE("what Python's int() refuses is no integer") {
  for (std::string_view text : {"",
                                " ",
                                "abc",
                                "1.0",
                                "1e3",
                                "0x10",
                                "true",
                                "null",
                                "nan",
                                "_1",
                                "1_",
                                "1__0",
                                "--1",
                                "+-1",
                                "- 1",
                                "1 2",
                                "²",
                                "é1",
                                "\x1c"
                                "1",
                                "\ufeff1",
                                "-",
                                "\xFF"}) {
    CAPTURE(text);
    CHECK(integer(text) == "no");
  }
  CHECK(integer(std::string_view("1\0", 2)) == "no");
  CHECK(integer(std::string(4301, '9')) == "no");
}

TEST_CASE("a float is what Python's float() takes and is written as repr() does") {
  CHECK(floating("42") == "42.0");
  CHECK(floating("1e3") == "1000.0");
  CHECK(floating("1e15") == "1000000000000000.0");
  CHECK(floating("1e16") == "1e+16");
  CHECK(floating("1e-5") == "1e-05");
  CHECK(floating("0.0001") == "0.0001");
  CHECK(floating("123456789012345678") == "1.2345678901234568e+17");
  CHECK(floating("5e-324") == "5e-324");
  CHECK(floating("1.7976931348623157e308") == "1.7976931348623157e+308");
  CHECK(floating("-0.0") == "-0.0");
  CHECK(floating("3.141592653589793238") == "3.141592653589793");
  CHECK(floating("0.1") == "0.1");
  CHECK(floating("1e-400") == "0.0");
  CHECK(floating(" 1_000.5 ") == "1000.5");
  CHECK(floating(".5") == "0.5");
  CHECK(floating("5.") == "5.0");
  CHECK(floating("+1.e1_0") == "10000000000.0");
  CHECK(floating("١.5") == "1.5");
}

TEST_CASE("nan, infinities and other words are no float") {
  for (std::string_view text : {"", "nan", "inf", "-Infinity", "1e400", "abc", "0x1p3", "1_.5", "1._5", "1_e5", "1e_5",
                                "1e", ".", "e5", "1 2", "1__0"}) {
    CAPTURE(text);
    CHECK(floating(text) == "no");
  }
}

TEST_CASE("a bool is one of the words that pydantic takes") {
  Arena arena;
  Value value;
  for (std::string_view text : {"1", "on", "t", "true", "TRUE", "y", "Yes"}) {
    CHECK(convert(text, ParameterType::boolean, arena, value));
    CHECK(value.text == "true");
  }
  for (std::string_view text : {"0", "off", "F", "false", "n", "NO"}) {
    CHECK(convert(text, ParameterType::boolean, arena, value));
    CHECK(value.text == "false");
  }
  for (std::string_view text : {"", "2", " 1", "truee"})
    CHECK_FALSE(convert(text, ParameterType::boolean, arena, value));
}

TEST_CASE("a UUID has version 4 and is never the same") {
  Arena arena;
  auto first = new_uuid(arena), second = new_uuid(arena);
  CHECK(first.size() == 36);
  CHECK(first[14] == '4');
  CHECK(std::string_view("89ab").find(first[19]) != std::string_view::npos);
  CHECK(first[8] == '-');
  CHECK(first[23] == '-');
  for (int i = 0; i < 600; ++i) CHECK(new_uuid(arena) != second);
}

TEST_CASE("a time is written as RFC 3339 in UTC") {
  Arena arena;
  using namespace std::chrono;
  CHECK(rfc3339(system_clock::time_point(seconds(951827696)), arena) == "2000-02-29T12:34:56Z");
  CHECK(rfc3339(system_clock::time_point(milliseconds(999)), arena) == "1970-01-01T00:00:00Z");
}

TEST_CASE("a request id has a fixed width") {
  Arena arena;
  CHECK(request_id_text(0xABC, arena) == "0000000000000abc");
}

}  // namespace
