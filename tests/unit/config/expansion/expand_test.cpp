#include "config/expansion/expand.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "config/sample.hpp"
#include "support/temporary_directory.hpp"

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
      {"${html:/etc/secret}", "2:9-28 unknown-expansion", "unknown expansion ${html:…}"},
      {"${file:/no/such/file}", "2:9-30 unreadable-value", "`/no/such/file` cannot be read: No such file or directory"},
      {"${file:/proc}", "2:9-22 unreadable-value", "`/proc` cannot be read: it is no regular file"},
      {"${file:}", "2:9-17 bad-expansion", "the name of a file is missing"},
      {"${cred:../x}", "2:9-21 bad-expansion", "\"../x\" is no name of a credential"},
      {"${cred:token}", "2:9-22 no-credential", "this process was given no credentials"},
      {"${env:A B}", "2:9-19 bad-expansion", "\"A B\" is no name of an environment variable"},
      {"${env:}", "2:9-16 bad-expansion", "\"\" is no name of an environment variable"},
      {"a ${env:X", "2:11-18 bad-expansion", "this ${ has no }"},
      {"${HOME}/www", "2:9-16 bad-expansion", "${HOME} is not expanded"},
  };
  ::unsetenv("CREDENTIALS_DIRECTORY");
  for (const auto& fault : faults) {
    CAPTURE(fault.text);
    auto outcome = read_text("[sample]\nword = \"" + std::string(fault.text) + "\"\n");
    CHECK(outcome.place() == fault.place);
    CHECK(outcome.only().message == fault.message);
  }
}

TEST_CASE("in a string with escapes the whole string is the place") {
  CHECK(read_text("[sample]\nword = \"\\t${html:x}\"\n").place() == "2:8-21 unknown-expansion");
}

TEST_CASE("the content of a file is put into strings, without its last line end") {
  sluice::test::TemporaryDirectory folder;
  folder.write("secret", "line one\nline two\r\n");
  folder.write("empty", "");
  CHECK(expanded("<${file:" + folder.path() + "/secret}>") == "<line one\nline two>");
  CHECK(expanded("${file:" + folder.path() + "/empty}").empty());
}

TEST_CASE("a file that is too large or no text is refused") {
  sluice::test::TemporaryDirectory folder;
  folder.write("large", std::string(65 * 1024, 'x'));
  folder.write("binary", std::string("a\0b", 3));
  for (const char* name : {"large", "binary"}) {
    auto outcome = read_text("[sample]\nword = \"${file:" + folder.path() + "/" + name + "}\"\n");
    CHECK(outcome.only().code == "unreadable-value");
  }
}

TEST_CASE("a credential is read from where the service manager puts it") {
  sluice::test::TemporaryDirectory folder;
  folder.write("token", "sesame-open\n");
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  CHECK(expanded("${cred:token}") == "sesame-open");
  CHECK(read_text("[sample]\nword = \"${cred:other}\"\n").only().code == "unreadable-value");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("secrets are hidden, and pieces of them in findings about their own place") {
  Secrets secrets;
  Span here{0, 3, 5, 3, 20};
  secrets.add("hunter2:8x", here);
  CHECK(secrets.hide("token hunter2:8x and more") == "token … and more");
  CHECK(secrets.hide("`8x` is no port; hunter2", here) == "`8x` is no port; …");
  CHECK(secrets.hide("hunter2 alone, elsewhere", {0, 4, 1, 4, 2}) == "hunter2 alone, elsewhere");
}

}  // namespace
