#include "config/toml/syntax.hpp"

#include <doctest/doctest.h>

#include "config/sample.hpp"
#include "config/toml/parser.hpp"
#include "config/toml/source.hpp"

namespace {

using namespace sluice::config;
using namespace sluice::config::test;

/// The findings of the parser alone.
Outcome parsed(const std::string& text) {
  Outcome outcome;
  parse_file(add_text("test.toml", text, outcome.diagnostics), outcome.diagnostics);
  outcome.diagnostics.sort();
  return outcome;
}

struct Fault {
  const char* text;
  const char* place;
  const char* message;
  const char* label;
};

TEST_CASE("faults of syntax are told in the words of people") {
  const Fault faults[] = {
      {"a = \"abc\nb = 1\n", "1:5-9 syntax", "this string is not closed", "the closing \" is missing"},
      {"a = 'abc\nb = 1\n", "1:5-9 syntax", "this string is not closed", "the closing ' is missing"},
      {"a = \"abc", "1:5-9 syntax", "this string is not closed", "the closing \" is missing"},
      {"a = \"\"\"x\ny\n", "1:5-9 syntax", "this string is not closed", "the closing \"\"\" is missing"},
      {"\"a = 1\n", "1:1-7 syntax", "this string is not closed", "the closing \" is missing"},
      {"a = abc\n", "1:5-8 syntax", "a text needs quotes", "write \"abc\""},
      {"a = /srv/www # x\n", "1:5-13 syntax", "a text needs quotes", "write \"/srv/www\""},
      {"a = 5s\n", "1:5-7 syntax", "a text needs quotes", "write \"5s\""},
      {"a = 5 MiB\n", "1:5-10 syntax", "a text needs quotes", "write \"5 MiB\""},
      {"a = 127.0.0.1\n", "1:5-14 syntax", "a text needs quotes", "write \"127.0.0.1\""},
      {"a = [1, localhost:80]\n", "1:9-21 syntax", "a text needs quotes", "write \"localhost:80\""},
      {"a = True\n", "1:5-9 syntax", "`True` is no value", "write true"},
      {"a = off\n", "1:5-8 syntax", "`off` is no value", "write false"},
      {"a = flase\n", "1:5-10 syntax", "`flase` is no value", "did you mean false?"},
      {"a = null\n", "1:5-9 syntax", "`null` is no value", "TOML has no null: leave the key out"},
      {"a == 1\n", "1:4-7 syntax", "`= 1` is no value", "one `=` is enough"},
      {"a = “x”\n", "1:5-8 syntax", "`“x”` is no value", "write straight quotes: \" or '"},
      {"a = 01\n", "1:5-7 syntax", "`01` is no number or date that TOML knows", "no zeros at its front"},
      {"a = .5\n", "1:5-7 syntax", "`.5` is no number or date that TOML knows", "write 0.5"},
      {"a = 99999999999999999999\n", "1:5-25 syntax", "`99999999999999999999` is no number or date that TOML knows",
       "it does not fit in 64 bits"},
      {"a : 1\n", "1:3-4 syntax", "a key and its value have `=` between them", "write = in place of :"},
      {"server {\n", "1:8-9 syntax", "a key and its value have `=` between them", "a table begins with a line [name]"},
      {"listen 80;\n", "1:8-9 syntax", "a key is followed by `=` and its value", "`=` is missing here"},
      {"a =\n", "1:4-5 syntax", "the value is missing", "it stands on the same line as its key"},
      {"a", "1:2-3 syntax", "a key is followed by `=` and its value", "`=` is missing here"},
      {"[a\nb = 1\n", "1:1-3 syntax", "this table header is not closed", "it ends with ]"},
      {"[[a]\nb = 1\n", "1:1-5 syntax", "this table header is not closed", "it ends with ]]"},
      {"[a] b = 1\n", "1:5-10 syntax", "nothing but a comment may follow a table header", "write it on the next line"},
      {"a = [1, 2\nb = 3\n", "1:5-6 syntax", "this array is not closed", "its ] is missing"},
      {"a = [\"x\"\n[b]\n", "1:5-6 syntax", "this array is not closed", "its ] is missing"},
      {"a = [1 2]\n", "1:8-9 syntax", "a comma is missing before this", "items stand with commas between them"},
      {"a = { b = 1,\n c = 2 }\n", "1:13-14 syntax", "an inline table { … } must stand on one line",
       "the line ends before its }"},
      {"a = { b = 1, }\n", "1:14-15 syntax", "an inline table has no comma before its }", "remove the comma"},
      {"a = 1,\n", "1:6-7 syntax", "a line does not end with `,`", "remove it"},
      {"a = \"x\";\n", "1:8-9 syntax", "a line does not end with `;`", "remove it"},
      {"a = 1 // c\n", "1:7-11 syntax", "a comment begins with #", "write # in place of //"},
      {"a = 'it's'\n", "1:9-11 syntax", "nothing but a comment may follow a value", "the value ended before this"},
      {"a = 1 b = 2\n", "1:7-12 syntax", "nothing but a comment may follow a value", "write it on the next line"},
      {"a = \"\\d\"\n", "1:6-8 syntax", "`\\d` means nothing in a \"…\" string",
       "write \\\\ for a backslash, or '\\d' in single quotes"},
      {"a = \"D:\\www's\"\n", "1:8-10 syntax", "`\\w` means nothing in a \"…\" string", "write \\\\ for a backslash"},
      {"; x\n", "1:1-2 syntax", "a line cannot begin with `;`", "a comment begins with #"},
      {"= 1\n", "1:1-2 syntax", "a line cannot begin with `=`", "the key is missing"},
      {"a = 1\na = 2\n", "2:1-2 duplicate-key", "`a` is given twice", "a key has one value"},
      {"a = 1\na.b = 2\n", "2:1-4 duplicate-key", "`a` has its value already", "no key can be added to it"},
      {"[sample]\n[sample]\n", "2:1-9 duplicate-key", "[sample] is declared twice", "its keys stand in one place"},
      {"[thing]\n[thing]\n", "2:1-8 wrong-brackets", "[thing] must be written [[thing]]",
       "there may be several, so write double brackets"},
      {"[[thing]]\n[thing]\n", "2:1-8 wrong-brackets", "[thing] must be written [[thing]]",
       "there may be several, so write double brackets"},
      {"[thing]\n[[thing]]\n", "1:1-8 wrong-brackets", "[thing] must be written [[thing]]",
       "there may be several, so write double brackets"},
      {"[sample]\n[[sample]]\n", "2:1-11 wrong-brackets", "[[sample]] must be written [sample]",
       "there is only one, so write single brackets"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.text);
    auto outcome = parsed(fault.text);
    CHECK(outcome.place() == fault.place);
    CHECK(outcome.only().message == fault.message);
    CHECK(outcome.only().label == fault.label);
  }
}

TEST_CASE("a key that is given twice shows where it was first") {
  auto outcome = parsed("x-a = 1\n[[thing]]\nsay = \"a\"\nb.c = 1\n[[thing]]\nb.c = 1\nb.c = 2\n");
  CHECK(outcome.place() == "7:1-4 duplicate-key");
  REQUIRE(outcome.only().notes.size() == 1);
  CHECK(outcome.only().notes[0].span.line == 6);
  CHECK(outcome.only().notes[0].span.column == 3);
}

TEST_CASE("a file of nothing but faults has one finding") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "key" + std::to_string(i) + " = oops\n";
  CHECK(parsed(text).diagnostics.errors() == 1);
  for (const char* odd :
       {"[", "[[", "[]", "[[]]", "=", "= =", "\"", "'''", "a.", ".", "}", "a = {", "a = [[", "[a]]", "[a.]", "\\"})
    CHECK(parsed(odd).diagnostics.errors() == 1);
}

TEST_CASE("no text makes a finding without a place, whatever is cut off or changed in it") {
  const std::string text =
      "a = [\"x\", { b = 'y', c = 1.5 }]\n[t.u]\nd = \"\"\"z\n\"\"\"\n[[v]]\ne.f = 1979-05-27 # c\n";
  auto check = [](const std::string& broken) {
    CAPTURE(broken);
    auto outcome = read_text(broken);
    for (const auto& finding : outcome.diagnostics.all()) CHECK(finding.span.known());
    CHECK_FALSE(render(outcome.diagnostics, Format::human, true).find('\0') != std::string::npos);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    check(text.substr(0, i));
    check(text.substr(0, i) + text.substr(i + 1));
    for (char c : std::string("\"'[]{}=,.#\n\\\r \x01")) check(text.substr(0, i) + c + text.substr(i));
  }
}

}  // namespace
