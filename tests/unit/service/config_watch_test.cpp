#include "service/config_watch.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "service/pid_file.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

TEST_CASE("a change is told once it has settled, and only once") {
  test::TemporaryDirectory folder;
  folder.write("a.toml", "one");
  net::Loop loop;
  int changes = 0;
  service::ConfigWatch watch(loop, [&folder] { return std::vector{folder.path("a.toml")}; }, [&changes] { ++changes; });
  watch.look();
  CHECK(changes == 0);
  folder.write("a.toml", "half");
  watch.look();
  folder.write("a.toml", "whole!");
  watch.look();
  CHECK(changes == 0);
  watch.look();
  CHECK(changes == 1);
  watch.look();
  CHECK(changes == 1);
}

TEST_CASE("a file that a reload added is no change until it changes itself") {
  test::TemporaryDirectory folder;
  folder.write("a.toml", "one");
  folder.write("b.toml", "two");
  net::Loop loop;
  std::vector files{folder.path("a.toml")};
  int changes = 0;
  service::ConfigWatch watch(loop, [&files] { return files; }, [&changes] { ++changes; });
  files.push_back(folder.path("b.toml"));
  for (int i = 0; i < 3; ++i) watch.look();
  CHECK(changes == 0);
  folder.write("b.toml", "another");
  watch.look();
  watch.look();
  CHECK(changes == 1);
}

TEST_CASE("a process file names this process while it runs, and goes with it") {
  test::TemporaryDirectory folder;
  {
    service::PidFile file;
    CHECK(file.write(folder.path("pid")).empty());
    CHECK(service::running_process(folder.path("pid")) == ::getpid());
  }
  CHECK(!service::running_process(folder.path("pid")));
  folder.write("pid", "1");  // never the first process
  CHECK(!service::running_process(folder.path("pid")));
  CHECK(!service::PidFile().write("/no/such/folder/pid").empty());
}
