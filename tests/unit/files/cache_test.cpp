#include "files/cache.hpp"

#include <doctest/doctest.h>

#include "support/served_folder.hpp"

using namespace sluice;
using namespace sluice::files;
using Folder = sluice::test::ServedFolder;

namespace {

const std::string large(100'000, 'x');

/// A file that a cache watches: asked for often enough, and left alone for a while.
struct Watched {
  Folder folder;
  FileCache cache;
  net::Loop loop;

  explicit Watched(const std::string& name) {
    folder.write("v1/f", "one");
    folder.write("v2/f", "two");
    folder.link("v1", "current");
    cache.insert(1, "f", folder.resource(name), loop);
    for (int turn = 0; turn < 5; ++turn) {
      CHECK(found());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      loop.run_once();
    }
  }
  bool found() { return cache.find(1, "f", loop).current; }
};

}  // namespace

TEST_CASE("the caches of all workers follow a limit that changes") {
  Folder folder;
  FileCache cache;
  net::Loop loop;
  for (int i = 0; i < 10; ++i) {
    auto name = std::to_string(i);
    folder.write(name, std::string(10'000, 'x'));
    cache.insert(1, name, folder.resource(name), loop);
  }
  CHECK(cache.count() == 10);
  FileCache::set_worker_limits({60'000, 256});
  cache.insert(1, "0", folder.resource("0"), loop);
  CHECK(cache.octets() <= 60'000);
  CHECK(cache.count() >= 3);
  FileCache::set_worker_limits({0, 256});
  cache.insert(1, "1", folder.resource("1"), loop);
  CHECK(cache.count() == 0);
  FileCache::set_worker_limits({32 << 20, 256});
}

TEST_CASE("what was seen to be current is looked at again for input that was read later in the turn") {
  Folder folder;
  FileCache cache;
  net::Loop loop;
  folder.write("f", "one");
  cache.insert(1, "f", folder.resource("f"), loop);
  CHECK(cache.find(1, "f", loop).current);
  folder.write("f", "other");
  CHECK(cache.find(1, "f", loop).current);  // who asks here had asked before
  loop.count_look();
  CHECK_FALSE(cache.find(1, "f", loop).resource);
}

TEST_CASE("the cache gives a file until it changes in any way") {
  Folder folder;
  FileCache cache;
  net::Loop loop;
  auto keep = [&](const std::string& name) {
    cache.insert(1, name, folder.resource(name), loop);
    loop.run_once();
  };
  auto kept = [&](const std::string& name) {
    bool found = cache.find(1, name, loop).current;
    loop.run_once();  // the end of the turn
    return found;
  };
  folder.write("f", "one");

  keep("f");
  CHECK(kept("f"));
  CHECK_FALSE(kept("g"));
  CHECK(kept("f"));

  SUBCASE("rewritten in place") { folder.write("f", "two"); }
  SUBCASE("replaced by rename") {
    folder.write("g", "one");
    std::filesystem::rename(folder.path("g"), folder.path("f"));
  }
  SUBCASE("touched") { folder.touch("f", 5); }
  SUBCASE("removed") { std::filesystem::remove(folder.path("f")); }
  SUBCASE("made unreadable") { std::filesystem::permissions(folder.path("f"), std::filesystem::perms::none); }
  CHECK_FALSE(kept("f"));
}

TEST_CASE("within a turn of the loop the file system is asked once") {
  Folder folder;
  FileCache cache;
  net::Loop loop;
  folder.write("f", "one");
  cache.insert(1, "f", folder.resource("f"), loop);
  folder.write("f", "two");
  CHECK(cache.find(1, "f", loop).current);
  loop.run_once();
  CHECK_FALSE(cache.find(1, "f", loop).current);
}

TEST_CASE("the cache is bounded in memory and descriptors; the least recently used go first") {
  Folder folder;
  net::Loop loop;
  FileCache cache(FileCache::Limits{.octets = 300'000, .descriptors = 2});
  for (int i = 0; i < 10; ++i) folder.write("s" + std::to_string(i), std::string(60'000, 's'));
  for (int i = 0; i < 10; ++i) {
    auto name = "s" + std::to_string(i);
    cache.insert(1, name, folder.resource(name), loop);
    CHECK(cache.find(1, "s0", loop).current);
    CHECK(cache.octets() <= 300'000);
  }
  CHECK_FALSE(cache.find(1, "s1", loop).current);
  CHECK(cache.find(1, "s9", loop).current);
  CHECK_FALSE(cache.find(2, "s9", loop).current);  // another handler's

  for (auto name : {"l1", "l2", "l3"}) {
    folder.write(name, large);
    cache.insert(1, name, folder.resource(name), loop);
    CHECK(cache.descriptors() <= 2);
  }
}

TEST_CASE("the files of a mount that a reload has replaced are let go, and none of it is kept any more") {
  Folder folder;
  FileCache cache;
  net::Loop loop;
  folder.write("f", large);
  auto old_owner = FileCache::new_owner();
  auto last = FileCache::last_owner();
  auto new_owner = FileCache::new_owner();
  CHECK(last == old_owner);
  cache.insert(old_owner, "f", folder.resource("f"), loop);
  cache.insert(new_owner, "f", folder.resource("f"), loop);

  cache.retire(last);
  CHECK(cache.count() == 1);
  CHECK(cache.descriptors() == 1);
  CHECK(cache.find(new_owner, "f", loop).resource);
  cache.insert(old_owner, "f", folder.resource("f"), loop);  // a request that began before the reload
  CHECK_FALSE(cache.find(old_owner, "f", loop).resource);
}

TEST_CASE("a change of a watched file is seen at once, within the same turn") {
  Watched watched("current/f");
  CHECK(watched.found());
  const auto& folder = watched.folder;
  SUBCASE("rewritten in place") { folder.write("v1/f", "six"); }
  SUBCASE("replaced by rename") { std::filesystem::rename(folder.path("v2/f"), folder.path("v1/f")); }
  SUBCASE("removed") { std::filesystem::remove(folder.path("v1/f")); }
  SUBCASE("its directory renamed") { std::filesystem::rename(folder.path("v1"), folder.path("v3")); }
  SUBCASE("the symbolic link switched") {
    folder.link("v2", "next");
    std::filesystem::rename(folder.path("next"), folder.path("current"));
  }
  SUBCASE("the symbolic link removed") { std::filesystem::remove(folder.path("current")); }
  CHECK_FALSE(watched.found());
}

TEST_CASE("what happens elsewhere does not take a watched file from the cache") {
  Watched watched("current/f");
  watched.folder.write("v1/other", "x");
  watched.folder.write("v2/f", "changed");
  CHECK(watched.found());
}
