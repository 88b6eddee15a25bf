#include "config/fields/fields.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "config/sample.hpp"

namespace {

using namespace sluice;
using namespace sluice::config;
using namespace sluice::config::test;
using namespace std::chrono_literals;

TEST_CASE("keys that are absent have their defaults, those of inner tables too") {
  auto sample = read_text("[sample]\n").sample;
  REQUIRE(sample);
  CHECK(sample->workers == 0);
  CHECK(sample->timeout == 30s);
  CHECK(sample->limits.header_bytes == 16_KiB);
  CHECK(sample->limits.count == 7);
  CHECK(sample->strict);
  CHECK(sample->listen.size() == 1);
  CHECK_FALSE(sample->root);
}

TEST_CASE("a given key keeps the defaults of its neighbours in the same table") {
  auto sample = read_text("[sample.limits]\ncount = 8\n").sample;
  REQUIRE(sample);
  CHECK(sample->limits.count == 8);
  CHECK(sample->limits.header_bytes == 16_KiB);
}

TEST_CASE("every type reads its values") {
  auto outcome = read_text(R"([sample]
workers = 4
timeout = "1m30s"
names = ["a", "b"]
listen = [":80", { address = ":443", secure = true }]
root = "/srv/./www/"
level = "debug"
ratio = 1
strict = false
weights = { b = 1, a = 2 }
limits = { header_bytes = "64KB" }
anything = [1, { x = 1.50 }]
x-note = "the user's own"
)");
  INFO(render(outcome.diagnostics, Format::human, false));
  REQUIRE(outcome.sample);
  const auto& sample = *outcome.sample;
  CHECK(sample.workers == 4);
  CHECK(sample.timeout == 90s);
  REQUIRE(sample.names.size() == 2);
  CHECK(*sample.names[1] == "b");
  CHECK(sample.names[1].span.line == 4);
  CHECK(sample.names[1].span.column == 15);
  REQUIRE(sample.listen.size() == 2);
  CHECK(sample.listen[0]->address == ":80");
  CHECK(sample.listen[1]->secure);
  CHECK(sample.root == "/srv/www");
  CHECK(sample.level == Level::debug);
  CHECK(sample.ratio == 1.0);
  CHECK_FALSE(sample.strict);
  REQUIRE(sample.weights.size() == 2);
  CHECK(sample.weights[0].name == "b");  // in the order of the file
  CHECK(sample.limits.header_bytes.count == 64000);
  REQUIRE(sample.anything);
  CHECK(sample.anything->items[1].find("x")->text == "1.50");
}

TEST_CASE("a single value stands for a list of one") {
  auto sample = read_text("[sample]\nnames = \"a\"\n").sample;
  REQUIRE(sample);
  REQUIRE(sample->names.size() == 1);
  CHECK(sample->names[0].span.line == 2);
}

TEST_CASE("a relative path is one of the folder of its file") {
  auto sample = read_text("[sample]\nroot = \"../x\"\n").sample;
  REQUIRE(sample);
  CHECK(sample->root == (std::filesystem::current_path().parent_path() / "x").string());
}

struct Mistake {
  const char* line;  // the second of the file, in [sample]
  const char* place;
  const char* message;
  const char* label;
};

TEST_CASE("a wrong value is reported at its place, with what to write") {
  const Mistake mistakes[] = {
      {"workers = true", "2:11-15 wrong-type", "`workers` must be a string or an integer, not a boolean", ""},
      {"workers = 65", "2:11-13 out-of-range", "`workers` is out of range: it must be within 1 … 64",
       "not within the range"},
      {"workers = \"outo\"", "2:11-17 bad-word", "`workers` cannot be \"outo\"", "did you mean \"auto\"?"},
      {"workers = \"x\"", "2:11-14 bad-word", "`workers` cannot be \"x\"", ""},
      {"timeout = 5", "2:11-12 no-unit", "`timeout` must be a duration with its unit",
       "a bare number has no unit: write \"5s\""},
      {"timeout = \"5\"", "2:11-14 bad-duration", "`timeout` is not a duration: \"5\"", "did you mean \"5s\"?"},
      {"timeout = \"5 minutes\"", "2:11-22 bad-duration", "`timeout` is not a duration: \"5 minutes\"",
       "did you mean \"5m\"?"},
      {"timeout = \"soon\"", "2:11-17 bad-duration", "`timeout` is not a duration: \"soon\"", ""},
      {"timeout = \"-5s\"", "2:11-16 bad-duration", "`timeout` is not a duration: \"-5s\"", ""},
      {"timeout = \"10ms\"", "2:11-17 out-of-range", "`timeout` is out of range: it must be within 1s … 1h",
       "too short"},
      {"timeout = \"99999999999999999999d\"", "2:11-34 out-of-range",
       "`timeout` is out of range: it must be within 1s … 1h", "too long"},
      {"timeout = \"9999999999999d\"", "2:11-27 out-of-range", "`timeout` is out of range: it must be within 1s … 1h",
       "too long"},
      {"timeout = [1]", "2:11-14 wrong-type", "`timeout` must be a duration, not an array", ""},
      {"limits.header_bytes = 4096", "2:23-27 no-unit", "`header_bytes` must be a size with its unit",
       "a bare number has no unit: write \"4096B\""},
      {"limits.header_bytes = \"64k\"", "2:23-28 bad-size", "`header_bytes` is not a size: \"64k\"",
       "did you mean \"64KiB\"?"},
      {"limits.header_bytes = \"1GiB\"", "2:23-29 out-of-range",
       "`header_bytes` is out of range: it must be within 1KiB … 1MiB", "too large"},
      {"limits = 5", "2:10-11 wrong-type", "`limits` must be a table, not an integer", "write { key = value, … }"},
      {"listen = []", "2:10-12 empty-value", "`listen` must not be empty", ""},
      {"names = 5", "2:9-10 wrong-type", "`names` must be a string or an array of strings, not an integer",
       "write \"5\""},
      {"names = [\"a\", 5]", "2:15-16 wrong-type", "item 2 of `names` must be a string, not an integer", "write \"5\""},
      {"names = [\"\"]", "2:10-12 empty-value", "item 1 of `names` must not be empty", ""},
      {"listen = \"localhost\"", "2:10-21 bad-address", "`listen`: there is no port in it", ""},
      {"listen = [{ adress = \":80\" }]", "2:13-19 unknown-key", "unknown key `adress` in [[sample.listen]]",
       "did you mean `address`?"},
      {"listen = { secure = true }", "2:10-27 missing-key", "[sample.listen] needs `address`", ""},
      {"root = \"~/www\"", "2:8-15 bad-path", "`~` is not expanded in `root`", "write the full path"},
      {"root = \"\"", "2:8-10 empty-value", "`root` must not be empty", ""},
      {"level = \"INFO\"", "2:9-15 bad-word", "`level` cannot be \"INFO\"", "did you mean \"info\"?"},
      {"ratio = 2", "2:9-10 out-of-range", "`ratio` is out of range: it must be within 0 … 1", "not within the range"},
      {"ratio = nan", "2:9-12 out-of-range", "`ratio` is out of range: it must be within 0 … 1",
       "not within the range"},
      {"strict = \"yes\"", "2:10-15 wrong-type", "`strict` must be a boolean, not a string",
       "write true, without quotes"},
      {"weights = { a = \"1\" }", "2:17-20 wrong-type", "`a` of `weights` must be an integer, not a string",
       "write 1, without the quotes"},
      {"weights.a = 11", "2:13-15 out-of-range", "`a` of `weights` is out of range: it must be within 0 … 10",
       "not within the range"},
      {"limits.cuont = 5", "2:8-13 unknown-key", "unknown key `cuont` in [sample.limits]", "did you mean `count`?"},
      {"count = 5", "2:1-6 unknown-key", "unknown key `count` in [sample]", "`count` belongs in [sample.limits]"},
      {"proxy_pass = \"x\"", "2:1-11 unknown-key", "unknown key `proxy_pass` in [sample]",
       "Sluice answers by itself and does not pass requests on"},
      {"include = \"x\"", "2:1-8 unknown-key", "unknown key `include` in [sample]",
       "`include` belongs at the top of the file, before the first table"},
  };
  for (const auto& mistake : mistakes) {
    CAPTURE(mistake.line);
    auto outcome = read_text("[sample]\n" + std::string(mistake.line) + "\n");
    CHECK(outcome.place() == mistake.place);
    CHECK(outcome.only().message == mistake.message);
    CHECK(outcome.only().label == mistake.label);
    CHECK_FALSE(outcome.sample);
  }
}

TEST_CASE("keys that exclude each other are reported with both places") {
  auto outcome = read_text("[sample]\ngreen = \"a\"\nred = \"b\"\n");
  CHECK(outcome.place() == "3:1-4 exclusive-keys");
  REQUIRE(outcome.only().notes.size() == 1);
  CHECK(outcome.only().notes[0].span.line == 2);
}

TEST_CASE("a missing key is reported at the header of its table") {
  CHECK(read_text("[[thing]]\nsay = \"a\"\n").place() == "1:1-10 missing-key");
  CHECK(read_text("[[thing]]\npath = \"/\"\n").only().message == "[[thing]] needs one of: `say`, `show`");
}

TEST_CASE("a misspelt key is not reported once more as missing") {
  CHECK(read_text("[[thing]]\npaht = \"/\"\nsay = \"a\"\n").place() == "2:1-5 unknown-key");
  CHECK(read_text("[[thing]]\npath = \"/\"\nsya = \"a\"\n").place() == "3:1-4 unknown-key");
}

TEST_CASE("what a misspelt key says is taken as if it were spelt right, lest more seem wrong") {
  Diagnostics diagnostics;
  auto document = load_text("test.toml", "[thing]\npaht = \"/x\"\nsay = \"a\"\n", diagnostics);
  Reading reading{diagnostics};
  Thing thing;
  CHECK_FALSE(read_parts(document.find("thing")->front().table, "[[thing]]", {{&thing_fields(), &thing}}, reading));
  CHECK(thing.path == "/x");
  CHECK(thing.say == "a");
}

TEST_CASE("a string whose expansion failed is not read, and is not missing") {
  auto outcome = read_text("[[thing]]\npath = \"${env:SLUICE_NOT_SET}\"\nsay = \"a\"\n");
  CHECK(outcome.place() == "2:9-30 unset-variable");
  CHECK(outcome.things.empty());
  CHECK(read_text("[sample]\ntimeout = \"${nope:}\"\n").place() == "2:12-20 unknown-expansion");
}

TEST_CASE("one wrong value among many leaves the others") {
  Diagnostics diagnostics;
  auto document = load_text("test.toml", "[sample]\nnames = [\"a\", 5]\nweights = { a = 1, b = \"x\" }\n", diagnostics);
  Reading reading{diagnostics};
  Sample sample;
  CHECK_FALSE(read_parts(document.find("sample")->front().table, "[sample]", {{&sample_fields(), &sample}}, reading));
  CHECK(diagnostics.errors() == 2);
  CHECK(sample.names.size() == 1);
  CHECK(sample.weights.size() == 1);
}

TEST_CASE("all findings of a file come in one run, in the order of the file") {
  auto outcome = read_text("[sample]\nworkers = 0\ntimeout = 1\nnope = 2\n[[thing]]\n");
  CHECK(outcome.place() ==
        "2:11-12 out-of-range; 3:11-12 no-unit; 4:1-5 unknown-key; 5:1-10 missing-key; 5:1-10 missing-key");
}

TEST_CASE("a value from the environment may be a number or a boolean") {
  ::setenv("SLUICE_TEST_NUMBER", "12", 1);
  ::setenv("SLUICE_TEST_TRUTH", "false", 1);
  auto outcome =
      read_text("[sample]\nstrict = \"${env:SLUICE_TEST_TRUTH}\"\nlimits.count = \"${env:SLUICE_TEST_NUMBER}\"\n");
  INFO(render(outcome.diagnostics, Format::human, false));
  REQUIRE(outcome.sample);
  CHECK_FALSE(outcome.sample->strict);
  CHECK(outcome.sample->limits.count == 12);
}

TEST_CASE("a default that is given in the table needs no place") {
  Sample sample;
  apply_defaults(sample_fields(), &sample);
  CHECK(sample.timeout == 30s);
  CHECK(sample.limits.count == 7);
}

/// Looks through all keys below a table.
void check_keys(const std::vector<Field>& fields) {
  for (const auto& key : fields) {
    CAPTURE(key.name);
    CHECK_FALSE(key.description.empty());
    CHECK(key.description.ends_with("."));
    if (key.type.fields) check_keys(*key.type.fields);
  }
}

TEST_CASE("every key of every section has a description that is a sentence") {
  for (const auto& [name, section] : Sections::all().by_name()) {
    if (name == "sample" || name == "thing") continue;
    CAPTURE(name);
    for (const auto& fields : section.fields) check_keys(fields());
  }
}

}  // namespace
