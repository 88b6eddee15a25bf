#include "config/expansion.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "config/sample.hpp"

namespace {

using namespace sluice::config;
using namespace sluice::config::test;

std::string expanded(const std::string& text) {
  ::setenv("SLUICE_TEST_A", "alpha", 1);
  ::setenv("SLUICE_TEST_EMPTY", "", 1);
  ::unsetenv("SLUICE_TEST_UNSET");
  auto outcome = read_text("[sample]\nword = \"" + text + "\"\n");
  REQUIRE_MESSAGE(outcome.sample, render(outcome.diagnostics, Format::human, false));
  return *outcome.sample->word;
}

TEST_CASE("variables of the environment are put into strings") {
  CHECK(expanded("${env:SLUICE_TEST_A}") == "alpha");
  CHECK(expanded("<${env:SLUICE_TEST_A}${env:SLUICE_TEST_A}>") == "<alphaalpha>");
  CHECK(expanded("${env:SLUICE_TEST_EMPTY}").empty());
}

TEST_CASE("a default stands for a variable that is unset or empty") {
  CHECK(expanded("${env:SLUICE_TEST_UNSET:-beta}") == "beta");
  CHECK(expanded("${env:SLUICE_TEST_EMPTY:-beta}") == "beta");
  CHECK(expanded("${env:SLUICE_TEST_A:-beta}") == "alpha");
  CHECK(expanded("${env:SLUICE_TEST_UNSET:-}").empty());
}

TEST_CASE("two dollars stand for one that expands nothing") {
  CHECK(expanded("$${env:SLUICE_TEST_A}") == "${env:SLUICE_TEST_A}");
  CHECK(expanded("$$") == "$$");
  CHECK(expanded("5$ {x}") == "5$ {x}");
}

TEST_CASE("a dollar before a placeholder is a dollar") {
  CHECK(expanded("${price}") == "${price}");
  CHECK(expanded("${query.q}") == "${query.q}");
}

TEST_CASE("what was expanded is not expanded again") {
  ::setenv("SLUICE_TEST_NESTED", "${env:SLUICE_TEST_A}", 1);
  CHECK(expanded("${env:SLUICE_TEST_NESTED}") == "${env:SLUICE_TEST_A}");
}

TEST_CASE("expansions that fail are reported at their place in the string") {
  struct {
    const char* text;
    const char* place;
    const char* message;
  } faults[] = {
      {"é ${env:SLUICE_TEST_UNSET} x", "2:11-35 unset-variable",
       "the environment variable `SLUICE_TEST_UNSET` is not set"},
      {"${file:/etc/secret}", "2:9-28 unknown-expansion", "unknown expansion ${file:…}"},
      {"${env:A B}", "2:9-19 bad-expansion", "\"A B\" is no name of an environment variable"},
      {"${env:}", "2:9-16 bad-expansion", "\"\" is no name of an environment variable"},
      {"a ${env:X", "2:11-18 bad-expansion", "this ${ has no }"},
      {"${HOME}/www", "2:9-16 bad-expansion", "${HOME} is not expanded"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.text);
    auto outcome = read_text("[sample]\nword = \"" + std::string(fault.text) + "\"\n");
    CHECK(outcome.place() == fault.place);
    CHECK(outcome.only().message == fault.message);
  }
}

TEST_CASE("in a string with escapes the whole string is the place") {
  CHECK(read_text("[sample]\nword = \"\\t${file:x}\"\n").place() == "2:8-21 unknown-expansion");
}

}  // namespace
