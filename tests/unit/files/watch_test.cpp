#include "files/watch.hpp"

#include <doctest/doctest.h>

#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::files;
using sluice::test::TemporaryDirectory;

TEST_CASE("the chain of a name is what is looked up on the way to it") {
  TemporaryDirectory folder;
  folder.write("a/b/f", "x");
  folder.link("a", "l");
  folder.link(folder.path("l/b"), "a/abs");
  folder.link("../b/f", "a/b/up");
  folder.link("none", "dangling");
  folder.link("loop", "loop");
  auto chain = [&](const std::string& name) {
    std::string all;
    for (const auto& path : lookup_chain(folder.path(name))) {
      if (path.size() > folder.path().size()) all += path.substr(folder.path().size()) + " ";
    }
    return all;
  };
  CHECK(chain("a/b/f") == "/a /a/b /a/b/f ");
  CHECK(chain("l/b/f") == "/l /a /a/b /a/b/f ");
  CHECK(chain("a/abs/f") == "/a /a/abs /l /a /a/b /a/b/f ");
  CHECK(chain("l/b/up") == "/l /a /a/b /a/b/up /a/b /a/b/f ");
  CHECK(chain("dangling").empty());
  CHECK(chain("loop").empty());
  CHECK(chain("a/missing").empty());
}

TEST_CASE("changes on the way to a watched file are told, others are not") {
  TemporaryDirectory folder;
  folder.write("a/f", "x");
  folder.write("a/g", "x");
  FileWatch watch;
  REQUIRE(watch.watch(folder.path("a/f")));
  auto before = watch.generation();
  folder.write("a/g", "y");
  folder.write("a/h", "y");
  CHECK(watch.generation() == before);
  folder.write("a/f", "y");
  auto after = watch.generation();
  CHECK(after != before);
  CHECK(watch.generation() == after);
}

TEST_CASE("a name that does not exist is watched for in its directory") {
  TemporaryDirectory folder;
  folder.write("a/f", "x");
  FileWatch watch;
  REQUIRE(watch.watch(folder.path("a/f")));
  REQUIRE(watch.watch_absence(folder.path("a/f.gz")));
  auto before = watch.generation();
  folder.write("a/f.gz", "y");
  CHECK(watch.generation() != before);
}

TEST_CASE("a file that is not there cannot be watched") {
  TemporaryDirectory folder;
  FileWatch watch;
  CHECK_FALSE(watch.watch(folder.path("none")));
  CHECK_FALSE(watch.watch_absence(folder.path("none/f")));
}
