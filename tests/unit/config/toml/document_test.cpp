#include "config/toml/document.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/sample.hpp"

namespace {

using namespace sluice::config;
namespace fs = std::filesystem;

/// A folder that ends with the test.
class Folder {
 public:
  Folder() {
    auto name = (fs::temp_directory_path() / "sluice-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

/// The findings as "file:line:column code", of files without their folder.
std::string places(const Diagnostics& diagnostics) {
  std::string out;
  for (const auto& finding : diagnostics.all()) {
    if (!out.empty()) out += "; ";
    if (finding.span.known()) {
      out += fs::path(diagnostics.sources[finding.span.file].path).filename().string() + ":" +
             std::to_string(finding.span.line) + ":" + std::to_string(finding.span.column) + " ";
    }
    out += finding.code;
  }
  return out;
}

std::vector<std::string> thing_paths(const Document& document) {
  std::vector<std::string> paths;
  if (const auto* things = document.find("thing")) {
    for (const auto& thing : *things) paths.push_back(thing.table.find("path")->text);
  }
  return paths;
}

TEST_CASE("the first syntax error of each file is reported, and nothing else of it") {
  Folder folder;
  folder.write("main.toml", "include = [\"a.toml\", \"b.toml\"]\nnone = 1\n[sample]\nx oops\ny = oops\n");
  folder.write("a.toml", "[[thing]]\npath = /a\n[[thing]]\npath = \"/b\"\n");
  folder.write("b.toml", "[[thing]]\npath = \"/c\"\n[nothing]\n");
  Diagnostics diagnostics;
  auto document = load(folder.path("main.toml"), diagnostics);
  CHECK(places(diagnostics) == "main.toml:4:3 syntax; a.toml:2:8 syntax; b.toml:3:2 unknown-section");
  CHECK(thing_paths(document) == std::vector<std::string>{"/c"});
}

TEST_CASE("a syntax error above the first table hides what the file includes") {
  Folder folder;
  folder.write("main.toml", "x = oops\ninclude = [\"a.toml\"]\n[sample]\n");
  folder.write("a.toml", "[nothing]\n");
  Diagnostics diagnostics;
  load(folder.path("main.toml"), diagnostics);
  CHECK(places(diagnostics) == "main.toml:1:5 syntax");
}

TEST_CASE("included files are read in the order of their names, relative to the file that names them") {
  Folder folder;
  folder.write("main.toml", "include = [\"conf.d/*.toml\"]\n[[thing]]\npath = \"main\"\n");
  folder.write("conf.d/20.toml", "[[thing]]\npath = \"20\"\n");
  folder.write("conf.d/10.toml", "include = \"more/x.toml\"\n[[thing]]\npath = \"10\"\n");
  folder.write("conf.d/more/x.toml", "[[thing]]\npath = \"x\"\n");
  folder.write("conf.d/.hidden.toml", "nonsense");
  folder.write("conf.d/note.txt", "nonsense");
  Diagnostics diagnostics;
  auto document = load(folder.path("main.toml"), diagnostics);
  CHECK(places(diagnostics).empty());
  CHECK(thing_paths(document) == std::vector<std::string>{"main", "10", "x", "20"});
  REQUIRE(document.files.size() == 4);
  CHECK(document.files[0] == folder.path("main.toml"));
  CHECK(document.files[2] == folder.path("conf.d/more/x.toml"));
}

TEST_CASE("a file's host goes with what this file declares") {
  Folder folder;
  folder.write("main.toml", "include = \"*.host\"\n[[thing]]\npath = \"main\"\n");
  folder.write("a.host", "host = \"a.example\"\n[[thing]]\npath = \"a\"\n");
  Diagnostics diagnostics;
  auto document = load(folder.path("main.toml"), diagnostics);
  const auto& things = *document.find("thing");
  CHECK(things[0].hosts.empty());
  CHECK(*things[1].hosts[0] == "a.example");
  CHECK(things[1].hosts[0].span.line == 1);
}

TEST_CASE("a misspelt host is reported and taken all the same") {
  Diagnostics diagnostics;
  auto document = load_text("test.toml", "hots = \"a.example\"\n[[thing]]\npath = \"a\"\n", diagnostics);
  CHECK(places(diagnostics) == "test.toml:1:1 unknown-key");
  CHECK(*document.find("thing")->front().hosts[0] == "a.example");
}

TEST_CASE("a pattern may match nothing, a plain name may not") {
  Folder folder;
  folder.write("main.toml", "include = [\"none/*.toml\", \"missing.toml\"]\n");
  Diagnostics diagnostics;
  load(folder.path("main.toml"), diagnostics);
  CHECK(places(diagnostics) == "main.toml:1:27 missing-include");
}

TEST_CASE("special characters in the name of the folder are no pattern") {
  Folder folder;
  folder.write("[x]*/main.toml", "include = \"*.inc\"\n");
  folder.write("[x]*/a.inc", "[[thing]]\npath = \"a\"\n");
  Diagnostics diagnostics;
  auto document = load(folder.path("[x]*/main.toml"), diagnostics);
  CHECK(places(diagnostics).empty());
  CHECK(thing_paths(document).size() == 1);
}

TEST_CASE("circles of includes and files named twice are reported, not followed") {
  Folder folder;
  folder.write("main.toml", "include = [\"a.toml\", \"b.toml\", \"./a.toml\"]\n");
  folder.write("a.toml", "include = \"main.toml\"\n");
  folder.write("b.toml", "include = \"*.toml\"\n");
  Diagnostics diagnostics;
  load(folder.path("main.toml"), diagnostics);
  diagnostics.sort();
  CHECK(places(diagnostics) ==
        "main.toml:1:32 included-twice; a.toml:1:11 include-cycle; b.toml:1:11 included-twice; "
        "b.toml:1:11 include-cycle; b.toml:1:11 include-cycle");
}

TEST_CASE("a fault of syntax in one file does not hide the findings in others") {
  Folder folder;
  folder.write("main.toml", "include = \"*.inc\"\nnope = 1\n");
  folder.write("a.inc", "x = \n");
  folder.write("b.inc", "[nope]\n");
  Diagnostics diagnostics;
  load(folder.path("main.toml"), diagnostics);
  CHECK(places(diagnostics) == "main.toml:2:1 unknown-key; a.inc:1:5 syntax; b.inc:1:2 unknown-section");
}

TEST_CASE("a plain table may be spread over files, but a key is given once") {
  Folder folder;
  folder.write("main.toml", "include = \"*.inc\"\n[sample]\nlevel = \"info\"\n[sample.limits]\ncount = 1\n");
  folder.write("a.inc", "[sample.limits]\nheader_bytes = \"2KiB\"\n");
  Diagnostics good;
  auto document = load(folder.path("main.toml"), good);
  CHECK(places(good) == "");
  REQUIRE(document.find("sample")->size() == 1);
  const auto& table = document.find("sample")->front().table;
  CHECK(table.find("limits")->members.size() == 2);
  CHECK(table.find("level"));

  folder.write("b.inc", "[sample]\nlevel = \"debug\"\nlimits.count = 2\n");
  Diagnostics twice;
  load(folder.path("main.toml"), twice);
  CHECK(places(twice) == "b.inc:2:1 declared-twice; b.inc:3:8 declared-twice");
  REQUIRE(twice.all()[0].notes.size() == 1);
  CHECK(twice.all()[0].notes[0].span.line == 3);
}

TEST_CASE("files that cannot be read are reported where they are named") {
  Folder folder;
  folder.write("main.toml", "include = [\"folder\", \"loop\"]\n");
  folder.write("folder/x", "");
  fs::create_symlink(folder.path("loop"), folder.path("loop"));
  Diagnostics diagnostics;
  load(folder.path("main.toml"), diagnostics);
  CHECK(places(diagnostics) == "main.toml:1:12 unreadable-file; main.toml:1:22 unreadable-file");
  Diagnostics absent;
  load(folder.path("absent.toml"), absent);
  CHECK(places(absent) == "unreadable-file");
}

TEST_CASE("tables with the wrong brackets are reported, and read") {
  Diagnostics diagnostics;
  auto document = load_text("test.toml", "[thing]\npath = \"a\"\n[[sample]]\nstrict = true\n", diagnostics);
  CHECK(places(diagnostics) == "test.toml:1:1 wrong-brackets; test.toml:3:1 wrong-brackets");
  CHECK(document.find("thing")->size() == 1);
  CHECK(document.find("sample")->front().table.find("strict"));
}

TEST_CASE("what stands at the top without meaning is reported with what it may have meant") {
  struct {
    const char* text;
    const char* place;
    const char* label;
  } faults[] = {
      {"[smaple]\n", "test.toml:1:2 unknown-section", "did you mean [sample]?"},
      {"[[thng]]\n", "test.toml:1:3 unknown-section", "did you mean [[thing]]?"},
      {"inclde = []\n", "test.toml:1:1 unknown-key", "did you mean `include`?"},
      {"document_root = \"/\"\n", "test.toml:1:1 unknown-key",
       "a directory is served by [[static]] with `path` and `root`"},
      {"strict = true\n", "test.toml:1:1 unknown-key", "`strict` belongs in [sample]"},
      {"header_bytes = \"1KiB\"\n", "test.toml:1:1 unknown-key", "`header_bytes` belongs in [server.limits]"},
      {"[location]\n", "test.toml:1:2 unknown-section", "write a [[route]] with `path`"},
      {"sample = 5\n", "test.toml:1:10 wrong-type", "write its keys below a line [sample]"},
      {"thing = \"x\"\n", "test.toml:1:9 wrong-type", "write its keys below a line [[thing]]"},
      {"include = 5\n", "test.toml:1:11 wrong-type", "write \"5\""},
      {"host = \"\"\n", "test.toml:1:8 empty-value", ""},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.text);
    Diagnostics diagnostics;
    load_text("test.toml", fault.text, diagnostics);
    CHECK(places(diagnostics) == fault.place);
    CHECK(diagnostics.all().front().label == fault.label);
  }
}

TEST_CASE("keys that begin with x- are the user's own") {
  Diagnostics diagnostics;
  auto document = load_text("test.toml", "x-a = 1\n[x-b]\nc = 1\n[sample]\nx-d = []\n", diagnostics);
  CHECK(places(diagnostics).empty());
  CHECK(document.parts.size() == 1);
}

}  // namespace
