#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "config/sample.hpp"

namespace {

using namespace sluice::config;
using namespace sluice::config::test;

std::string human(const std::string& text) { return render(read_text(text).diagnostics, Format::human, false); }

TEST_CASE("the human form shows the line, marks the place and ends with the counts") {
  CHECK(human("[sample]\n\ntiemout = \"5s\"\n") == R"(error[unknown-key]: unknown key `tiemout` in [sample]
  --> test.toml:3:1
   |
 3 | tiemout = "5s"
   | ^^^^^^^ did you mean `timeout`?
   |
   = help: keys here: workers, timeout, limits, names, listen, root, level, ratio, strict, weights, red, green, …

1 error. Nothing was changed.
)");
}

TEST_CASE("a second place has an excerpt of its own, and line numbers are aligned") {
  CHECK(human("[sample]\nred = \"a\"\n\n\n\n\n\n\n\ngreen = \"b\"\n") ==
        R"(error[exclusive-keys]: `red` and `green` cannot both stand in one [sample]
   --> test.toml:10:1
    |
 10 | green = "b"
    | ^^^^^ remove this one or the other
    |
   ::: test.toml:2:1
    |
  2 | red = "a"
    | --- the other is here

1 error. Nothing was changed.
)");
}

TEST_CASE("marks stand below their text whatever the width of what is before them") {
  auto text = human("[sample]\n\tweights = { \"日本\" = 1, \"é\" = 11 }\n");
  CHECK(text.find("     weights = { \"日本\" = 1, \"é\" = 11 }\n") != std::string::npos);
  CHECK(text.find("   |" + std::string(1 + 4 + 12 + 6 + 6 + 3 + 3, ' ') + "^^ not within") != std::string::npos);
}

TEST_CASE("a value over several lines is marked to the end of its first") {
  CHECK(human("[sample]\nstrict = [\n1]\n").find("   |          ^\n") != std::string::npos);
}

TEST_CASE("control characters never reach the terminal") {
  auto text = human("[sample]\nword = \"\\u001b\"\n\"\\u001b[31m\" = \"\x7f\"\n");
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x7f') == std::string::npos);
}

TEST_CASE("a very long line is shown around its marks") {
  auto text = human("[sample]\nnames = [" + std::string(5000, ' ') + "5" + std::string(5000, ' ') + "]\n");
  CHECK(text.size() < 1000);
  CHECK(text.find('5') != std::string::npos);
  CHECK(text.find("^ write \"5\"") != std::string::npos);
}

TEST_CASE("colours come only when asked for") {
  auto outcome = read_text("nope = 1\n");
  CHECK(render(outcome.diagnostics, Format::human, false).find('\x1b') == std::string::npos);
  CHECK(render(outcome.diagnostics, Format::human, true).find("\x1b[1;31merror") != std::string::npos);
}

TEST_CASE("the counts name errors and warnings") {
  Diagnostics diagnostics;
  diagnostics.warning("w", {}, "odd");
  CHECK(render(diagnostics, Format::human, false) == "warning[w]: odd\n\n1 warning.\n");
  diagnostics.error("e", {}, "wrong");
  diagnostics.error("e", {}, "wrong");
  CHECK(render(diagnostics, Format::human, false).ends_with("\n2 errors, 1 warning. Nothing was changed.\n"));
  CHECK(render({}, Format::human, false).empty());
}

TEST_CASE("the form of compilers has one line for a finding, notes after it") {
  auto outcome = read_text("[sample]\nred = \"a\"\ngreen = \"b\"\n");
  CHECK(render(outcome.diagnostics, Format::gcc, true) ==
        "test.toml:3:1: error: `red` and `green` cannot both stand in one [sample] [exclusive-keys]\n"
        "test.toml:3:1: note: remove this one or the other\n"
        "test.toml:2:1: note: the other is here\n");
}

TEST_CASE("the JSON form is one object that holds everything") {
  auto outcome = read_text("[sample]\nred = \"a\"\ngreen = \"b\"\n");
  auto json = nlohmann::json::parse(render(outcome.diagnostics, Format::json, true));
  CHECK(json["errors"] == 1);
  CHECK(json["warnings"] == 0);
  const auto& finding = json["diagnostics"][0];
  CHECK(finding["code"] == "exclusive-keys");
  CHECK(finding["severity"] == "error");
  CHECK(finding["file"] == "test.toml");
  CHECK(finding["line"] == 3);
  CHECK(finding["column"] == 1);
  CHECK(finding["end_column"] == 6);
  CHECK(finding["notes"][0]["line"] == 2);
  CHECK(nlohmann::json::parse(render({}, Format::json, false))["diagnostics"].empty());
}

TEST_CASE("a file that is no UTF-8 is shown all the same") {
  auto outcome = read_text("a = \"\xE9\"\n");
  CHECK(render(outcome.diagnostics, Format::human, false).find("a = \"\xEF\xBF\xBD\"") != std::string::npos);
  CHECK(nlohmann::json::parse(render(outcome.diagnostics, Format::json, false))["errors"] == 1);
}

}  // namespace
