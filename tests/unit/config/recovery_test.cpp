#include "config/recovery.hpp"

#include <doctest/doctest.h>

#include "config/source.hpp"
#include "config/toml.hpp"

namespace {

using namespace sluice::config;

struct Read {
  std::optional<Value> root;
  Diagnostics diagnostics;
};

Read read_text(const std::string& text) {
  Read read;
  read.root = parse_file(add_text("test.toml", text, read.diagnostics), read.diagnostics);
  return read;
}

/// The lines of the findings, in the order in which they were made: "1 3".
std::string lines(const Diagnostics& diagnostics) {
  std::string out;
  for (const auto& finding : diagnostics.all()) out += (out.empty() ? "" : " ") + std::to_string(finding.span.line);
  return out;
}

TEST_CASE("every fault of syntax of a file is found in one run") {
  CHECK(lines(read_text("a = yes\nb = 1\nc = no\n[d\ne = nil\nf 5\n").diagnostics) == "1 3 4 5 6");
  CHECK(lines(read_text("a = [1,\nb = 2\n[c]\nd = on\n").diagnostics) == "1 4");
  CHECK(lines(read_text("a = \"x\nb = 'y\n").diagnostics) == "1 2");
}

TEST_CASE("what stands around a fault is read, with its places") {
  auto read = read_text("a = 1\nb = oops\nc = 3\n");
  REQUIRE(read.root);
  CHECK(read.root->find("a")->integer == 1);
  CHECK(read.root->find_member("c")->key_span.line == 3);
}

TEST_CASE("a key whose value is no TOML is there, and unusable") {
  auto read = read_text("[t]\na = oops\nb = 1\n");
  REQUIRE(read.root);
  const auto* table = read.root->find("t");
  CHECK(table->find("a")->is_broken());
  CHECK_FALSE(table->find("b")->is_broken());
  CHECK_FALSE(table->incomplete);
}

TEST_CASE("a table is incomplete that has lost a line") {
  auto read = read_text("[t]\na 1\n[u]\nb = 1\n");
  REQUIRE(read.root);
  CHECK(read.root->find("t")->incomplete);
  CHECK_FALSE(read.root->find("u")->incomplete);
}

TEST_CASE("a value over several lines ends where its brackets do, or where something else begins") {
  auto inline_table = read_text("a = {\n b = 1,\n c = 2\n}\nd = 4\n");
  REQUIRE(inline_table.root);
  CHECK(lines(inline_table.diagnostics) == "1");
  CHECK(inline_table.root->find_member("d")->key_span.line == 5);

  auto array = read_text("a = [1,\n 2\n[t]\nb = 1\n");
  REQUIRE(array.root);
  CHECK(lines(array.diagnostics) == "1");
  CHECK(array.root->find("t")->find("b")->integer == 1);
}

TEST_CASE("a string that is never closed hides what follows, and nothing before it") {
  auto read = read_text("a = 1\n[t]\nb = \"\"\"\n[u]\nc = oops\n");
  REQUIRE(read.root);
  CHECK(lines(read.diagnostics) == "3");
  CHECK(read.root->find("a"));
  CHECK(read.root->find("t")->incomplete);
  CHECK_FALSE(read.root->find("u"));
}

TEST_CASE("the keys below a header that stands twice belong to its first table") {
  auto read = read_text("[t]\na = 1\n[t]\na = 2\nb = 3\n");
  REQUIRE(read.root);
  CHECK(read.diagnostics.errors() == 1);
  CHECK(read.root->find("t")->find("a")->integer == 1);
  REQUIRE(read.root->find("t")->find("b"));
  CHECK(read.root->find("t")->find_member("b")->key_span.line == 5);
}

TEST_CASE("the language of another server is told once") {
  CHECK(lines(read_text("server {\n  listen 80;\n}\n").diagnostics) == "1");
  CHECK(lines(read_text("a = 1\nlisten 80;\nserver_name x;\n").diagnostics) == "2");
}

TEST_CASE("a file of nothing but faults comes to an end") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "key" + std::to_string(i) + " = oops\n";
  CHECK(read_text(text).diagnostics.errors() == 20);
  for (const char* odd :
       {"[", "[[", "[]", "[[]]", "=", "= =", "\"", "'''", "a.", ".", "}", "a = {", "a = [[", "[a]]", "[a.]", "\\"})
    CHECK(read_text(odd).diagnostics.failed());
}

}  // namespace
