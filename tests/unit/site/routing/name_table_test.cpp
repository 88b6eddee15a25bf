#include "site/routing/name_table.hpp"

#include <doctest/doctest.h>

using sluice::site::NameTable;

TEST_CASE("an empty table knows no name") {
  NameTable table;
  CHECK(table.find("") == nullptr);
  CHECK(table.find("a") == nullptr);
}

TEST_CASE("a name keeps the number that it had first") {
  NameTable table;
  CHECK(table.insert("a", 1) == 1);
  CHECK(table.insert("a", 2) == 1);
  CHECK(table.insert("", 3) == 3);
  CHECK(*table.find("a") == 1);
  CHECK(*table.find("") == 3);
  CHECK(table.find("b") == nullptr);
}

TEST_CASE("each of many names is found, and none of many others") {
  NameTable table;
  for (std::uint32_t i = 0; i < 20'000; ++i) table.insert("name-" + std::string(i % 23, 'x') + std::to_string(i), i);
  std::size_t wrong = 0;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    auto name = "name-" + std::string(i % 23, 'x') + std::to_string(i);
    const auto* found = table.find(name);
    wrong += found == nullptr || *found != i;
    wrong += table.find(name + "-") != nullptr;
  }
  CHECK(wrong == 0);
}
