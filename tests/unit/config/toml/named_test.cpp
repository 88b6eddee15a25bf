#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/manual/manual.hpp"
#include "config/manual/schema.hpp"
#include "config/sample.hpp"
#include "config/toml/document.hpp"

namespace {

using namespace sluice::config;

struct Badge {
  std::string holder;
  std::vector<Named<std::int64_t>> sizes;
};

const Fields<Badge>& badge_fields() {
  static const Fields<Badge> fields = {
      field("holder", &Badge::holder, non_empty_string()).required().doc("Whose it is.").example("\"Ann\""),
      field("sizes", &Badge::sizes, map_of(integer(1, 9))).doc("How large it is."),
  };
  return fields;
}

const NamedSectionEntry badge_section("badge", "Badges, each with a name.",
                                      []() -> const std::vector<Field>& { return badge_fields(); });

struct Badges {
  std::vector<Named<Badge>> named;
  Diagnostics diagnostics;

  /// The findings: "2:1 wrong-brackets [[badge]] must be written [badge.NAME]; …".
  std::string findings() const {
    std::string out;
    for (const auto& finding : diagnostics.all()) {
      out += (out.empty() ? "" : "; ") + std::to_string(finding.span.line) + ":" + std::to_string(finding.span.column) +
             " " + finding.code + " " + finding.message;
    }
    return out;
  }
};

Badges badges_of(const Document& document, Diagnostics diagnostics) {
  Badges badges{{}, std::move(diagnostics)};
  Reading reading{badges.diagnostics};
  badges.named = read_named(document, "badge", badge_fields(), reading);
  badges.diagnostics.sort();
  return badges;
}

Badges read_badges(const std::string& text) {
  Diagnostics diagnostics;
  auto document = load_text("test.toml", text, diagnostics);
  return badges_of(document, std::move(diagnostics));
}

TEST_CASE("named tables are read in the order of the file, with their names and places") {
  auto read = read_badges(
      "[badge.zoe]\nholder = \"Zoe\"\n[badge.ann.sizes]\nwide = 2\n[badge.ann]\nholder = \"Ann\"\n[badge]\n"
      "\"the third\" = { holder = \"Eve\" }\n");
  CHECK(read.findings() == "");
  REQUIRE(read.named.size() == 3);
  CHECK(read.named[0].name == "zoe");
  CHECK(read.named[0].name_span.line == 1);
  CHECK(read.named[0].name_span.column == 8);
  CHECK(read.named[1].name == "ann");
  CHECK(read.named[1].value.holder == "Ann");
  REQUIRE(read.named[1].value.sizes.size() == 1);
  CHECK(read.named[2].name == "the third");
}

TEST_CASE("mistakes in a named table are reported as in any other, and the others are read") {
  auto read = read_badges(
      "[badge.a]\nholdr = \"Ann\"\n[badge.b]\n[badge.c]\nholder = 5\n[badge.d]\nholder = \"Dan\"\n"
      "[badge.d.sizes]\nwide = 10\n[badge.e]\nholder = \"Eve\"\n");
  CHECK(read.findings() ==
        "2:1 unknown-key unknown key `holdr` in [badge.a]; 3:1 missing-key [badge.b] needs `holder`; "
        "5:10 wrong-type `holder` must be a string, not an integer; "
        "9:8 out-of-range `wide` of `sizes` is out of range: it must be within 1 … 9");
  CHECK(read.diagnostics.all()[0].label == "did you mean `holder`?");
  REQUIRE(read.named.size() == 1);
  CHECK(read.named[0].name == "e");
}

TEST_CASE("a named table without a name, or with two brackets, is told how to be written") {
  CHECK(read_badges("[badge]\nholder = \"Ann\"\n").findings() ==
        "2:1 missing-name `holder` must be in a table with a name");
  CHECK(read_badges("[[badge]]\nholder = \"Ann\"\n").findings() ==
        "1:1 wrong-brackets [[badge]] must be written [badge.NAME]");
  CHECK(read_badges("[[badge.a]]\nholder = \"Ann\"\n").findings() ==
        "1:1 wrong-brackets [[badge.a]] must be written [badge.a]");
  CHECK(read_badges("[badge.a]\n[[badge]]\n").findings() ==
        "2:1 wrong-brackets [[badge]] must be written [badge.NAME]");
  CHECK(read_badges("badge = 5\n").findings() == "1:9 wrong-type `badge` must be a table, not an integer");
  auto misspelt = read_badges("[bagde.a]\nholder = \"Ann\"\n");
  CHECK(misspelt.findings() == "1:2 unknown-section unknown section `bagde`");
  CHECK(misspelt.diagnostics.all()[0].label == "did you mean [badge.NAME]?");
}

TEST_CASE("a key below the header of a table in a named table is told where it belongs") {
  auto read = read_badges("[badge.a]\n[badge.a.sizes]\nwide = 1\nholder = \"Ann\"\n");
  CHECK(read.findings() == "4:1 swallowed-key `holder` is in [badge.a.sizes], not in [badge.a]");
  CHECK(read.diagnostics.all()[0].help == "move `holder` above the line [badge.a.sizes]");
}

TEST_CASE("named tables come from several files, and a name that is declared twice shows both places") {
  namespace fs = std::filesystem;
  auto name = (fs::temp_directory_path() / "sluice-XXXXXX").string();
  fs::path folder = ::mkdtemp(name.data());
  std::ofstream(folder / "main.toml") << "include = \"*.inc\"\n[badge.a]\nholder = \"Ann\"\n";
  std::ofstream(folder / "1.inc") << "[badge.b]\nholder = \"Bob\"\n";
  std::ofstream(folder / "2.inc") << "# twice\n[badge.a]\nholder = \"Amy\"\n[badge.c]\nholder = \"Cid\"\n";
  Diagnostics diagnostics;
  auto document = load((folder / "main.toml").string(), diagnostics);
  fs::remove_all(folder);
  auto read = badges_of(document, std::move(diagnostics));
  CHECK(read.findings() == "2:8 declared-twice [badge.a] is declared in two files");
  const auto& finding = read.diagnostics.all()[0];
  CHECK(finding.span.file == 2);
  REQUIRE(finding.notes.size() == 1);
  CHECK(finding.notes[0].span.file == 0);
  CHECK(finding.notes[0].span.line == 2);
  REQUIRE(read.named.size() == 3);
  CHECK(read.named[0].value.holder == "Ann");
  CHECK(read.named[1].name == "b");
  CHECK(read.named[2].name == "c");

  auto once = read_badges("[badge.a]\nholder = \"Ann\"\n[badge.a]\nholder = \"Amy\"\n");
  CHECK(once.findings() == "3:1 duplicate-key [badge.a] is declared twice");
  REQUIRE(once.diagnostics.all()[0].notes.size() == 1);
  CHECK(once.diagnostics.all()[0].notes[0].span.line == 1);
}

TEST_CASE("explain, schema and reference know named tables") {
  REQUIRE(explain("badge.ann.holder"));
  CHECK(explain("badge.ann.holder")->find("Whose it is.") != std::string::npos);
  CHECK(explain("badge.ann.holder")->find("in       [badge.NAME]") != std::string::npos);
  for (auto asked : {"badge", "[badge.NAME]", "badge.ann"}) {
    REQUIRE(explain(asked));
    CHECK(explain(asked)->starts_with("[badge.NAME]\n\n  Badges, each with a name.\n"));
  }
  CHECK_FALSE(explain("badge.ann.nothing"));
  CHECK(contents().find("    [badge.NAME]") != std::string::npos);

  auto text = reference();
  CHECK(text.find("## `[badge.NAME]`\n") != std::string::npos);
  CHECK(text.find("| `holder` | string | required |") != std::string::npos);

  auto schema = nlohmann::json::parse(json_schema())["properties"]["badge"];
  CHECK(schema["type"] == "object");
  CHECK(schema["description"] == "Badges, each with a name.");
  CHECK(schema["additionalProperties"]["required"] == nlohmann::json({"holder"}));
  CHECK(schema["additionalProperties"]["additionalProperties"] == false);
}

}  // namespace
