#include "service/config_watch.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "service/system/pid_file.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using Watched = service::ConfigWatch::Watched;

TEST_CASE("a change is told once it has settled, and only once") {
  test::TemporaryDirectory folder;
  folder.write("a.toml", "one");
  net::Loop loop;
  int changes = 0;
  service::ConfigWatch watch(
      loop, [&folder] { return Watched{{folder.path("a.toml")}, {}}; }, [&changes] { ++changes; });
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
  Watched watched{{folder.path("a.toml")}, {}};
  int changes = 0;
  service::ConfigWatch watch(loop, [&watched] { return watched; }, [&changes] { ++changes; });
  watched.files.push_back(folder.path("b.toml"));
  for (int i = 0; i < 3; ++i) watch.look();
  CHECK(changes == 0);
  folder.write("c.toml", "three");
  watched.files.push_back(folder.path("c.toml"));
  watch.note_new();
  folder.write("c.toml", "changed at once");
  for (int i = 0; i < 3; ++i) watch.look();
  CHECK(changes == 1);
  folder.write("b.toml", "another");
  watch.look();
  watch.look();
  CHECK(changes == 2);
}

TEST_CASE("a file that an include matches is a change when it comes, changes and goes") {
  test::TemporaryDirectory folder;
  folder.write("a.toml", "one");
  net::Loop loop;
  Watched watched{{folder.path("a.toml")}, {folder.path("*.toml")}};
  int changes = 0;
  service::ConfigWatch watch(loop, [&watched] { return watched; }, [&changes] { ++changes; });
  auto settle = [&watch] {
    for (int i = 0; i < 3; ++i) watch.look();
  };
  settle();
  CHECK(changes == 0);
  folder.write("b.toml", "two");
  settle();
  CHECK(changes == 1);
  folder.write("b.toml", "another");
  settle();
  CHECK(changes == 2);
  std::filesystem::remove(folder.path("b.toml"));
  settle();
  CHECK(changes == 3);
}

TEST_CASE("a process file names this process while it runs, and goes with it") {
  test::TemporaryDirectory folder;
  {
    service::PidFile file;
    CHECK(file.write(folder.path("pid")).empty());
    CHECK(service::running_server(folder.path("pid")) == ::getpid());
  }
  CHECK(!service::running_server(folder.path("pid")));
  folder.write("pid", "1");  // never the first process
  CHECK(!service::running_server(folder.path("pid")));
  pid_t other = 0;  // that runs, and is no server
  char name[] = "sleep", time[] = "60";
  char* arguments[] = {name, time, nullptr};
  REQUIRE(::posix_spawnp(&other, name, nullptr, nullptr, arguments, nullptr) == 0);
  folder.write("pid", std::to_string(other));
  CHECK(service::running_server(folder.path("pid")).error().ends_with("is another program"));
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  CHECK(!service::PidFile().write("/no/such/folder/pid").empty());
}
