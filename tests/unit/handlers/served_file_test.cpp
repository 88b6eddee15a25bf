#include "handlers/served_file.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "handlers/file_cache.hpp"
#include "http/date.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::handlers;
using sluice::test::TemporaryDirectory;

namespace {

struct Folder : TemporaryDirectory {
  std::shared_ptr<const ServedFile> load(const std::string& name,
                                         std::string_view type = "text/plain; charset=utf-8") const {
    auto node = FileRoot(path(), Symlinks::inside).find(name);
    REQUIRE(node);
    auto file = load_file(*node, {.name = path(name), .content_type = type, .cache_control = "no-cache"});
    REQUIRE(file);
    return *file;
  }
  /// Waits until the kernel's clock for files has gone on, so that a file counts as settled.
  std::shared_ptr<const ServedFile> load_settled(const std::string& name) const {
    for (;;) {
      auto file = load(name);
      if (file->settled) return file;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
};

const std::string large(100'000, 'x');

}  // namespace

TEST_CASE("a small file is held in memory, a large one open") {
  Folder folder;
  folder.write("small", "abc");
  folder.write("empty", "");
  folder.write("large", large);
  CHECK(folder.load("small")->bytes == "abc");
  CHECK_FALSE(folder.load("small")->file);
  CHECK(folder.load("empty")->size() == 0);
  CHECK(folder.load("large")->file);
  CHECK(folder.load("large")->size() == large.size());
}

TEST_CASE("the tag of a small file is that of its content, whatever its times say") {
  Folder folder;
  folder.write("a", "one");
  folder.write("b", "one");
  folder.touch("a", 0);
  CHECK(folder.load("a")->etag == folder.load("b")->etag);
  folder.write("a", "two");  // the same length
  folder.touch("a", 0);
  CHECK(folder.load("a")->etag != folder.load("b")->etag);
  auto tag = folder.load("a")->etag;
  CHECK(tag.front() == '"');
  CHECK(tag.back() == '"');
}

TEST_CASE("the tag of a large file is that of its content when its time means nothing") {
  Folder folder;
  for (std::int64_t time : {0, 1}) {
    folder.write("f", large);
    folder.touch("f", time);
    auto before = folder.load_settled("f")->etag;
    CHECK_FALSE(before.empty());
    auto changed = large;
    changed.back() = 'y';
    folder.write("f", changed);
    folder.touch("f", time);
    CHECK(folder.load_settled("f")->etag != before);
  }
}

TEST_CASE("the tag of a large file stays the same while the file does, and changes with it") {
  Folder folder;
  folder.write("f", large);
  auto before = folder.load_settled("f")->etag;
  CHECK(folder.load("f")->etag == before);
  folder.touch("f", 1'600'000'000, 1);
  auto after = folder.load_settled("f")->etag;
  CHECK(after != before);
}

TEST_CASE("Last-Modified is given where the time means something") {
  Folder folder;
  folder.write("f", "x");
  auto modified = [&](std::int64_t time) {
    folder.touch("f", time);
    return folder.load("f")->validators.last_modified;
  };
  CHECK(modified(1'600'000'000) == 1'600'000'000);
  CHECK(modified(0) == http::Validators::no_date);
  CHECK(modified(1) == http::Validators::no_date);
  CHECK(modified(9'000'000'000) == http::Validators::no_date);  // in the future
}

TEST_CASE("a file that changed twice within a second has no Last-Modified") {
  Folder folder;
  auto now = std::time(nullptr);
  folder.write("f", "one");
  folder.touch("f", now, 1000);
  CHECK(folder.load("f")->validators.last_modified == now);
  folder.write("f", "two");
  folder.touch("f", now, 2000);
  CHECK(folder.load("f")->validators.last_modified == http::Validators::no_date);
  CHECK(folder.load("f")->fields.http1().find("Last-Modified") == std::string_view::npos);
  folder.touch("f", now - 10);
  CHECK(folder.load("f")->validators.last_modified == now - 10);
}

TEST_CASE("the fields of a file are ready") {
  Folder folder;
  folder.write("f", "x");
  folder.touch("f", 784111777);
  auto file = folder.load("f");
  CHECK(file->fields.http1() ==
        "Content-Type: text/plain; charset=utf-8\r\nETag: " + file->etag +
            "\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nAccept-Ranges: bytes\r\n"
            "Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n");
  CHECK(file->partial_fields.http1().find("Content-Type:") == std::string_view::npos);
}

TEST_CASE("a .ts file is a video only when it is one") {
  Folder folder;
  folder.write("code.ts", "GREETING = 1;" + std::string(400, ' '));
  std::string video(376, '\0');
  video[0] = video[188] = 0x47;
  folder.write("clip.ts", video);
  folder.write("short.ts", "G");
  CHECK(folder.load("code.ts")->content_type == "text/plain; charset=utf-8");
  CHECK(folder.load("short.ts")->content_type == "text/plain; charset=utf-8");
  CHECK(folder.load("clip.ts")->content_type == "video/mp2t");
}

TEST_CASE("the cache gives a file until it changes in any way") {
  Folder folder;
  FileCache cache;
  net::Loop loop;
  auto keep = [&](const std::string& name) {
    cache.insert(1, name, folder.path(name), folder.load_settled(name), loop);
    uv_run(loop.raw(), UV_RUN_NOWAIT);
  };
  auto kept = [&](const std::string& name) {
    bool found = cache.find(1, name, loop) != nullptr;
    uv_run(loop.raw(), UV_RUN_NOWAIT);  // the end of the turn
    return found;
  };
  folder.write("f", "one");

  keep("f");
  CHECK(kept("f"));
  CHECK_FALSE(kept("g"));
  CHECK(kept("f"));

  SUBCASE("rewritten in place") {
    folder.write("f", "two");
  }
  SUBCASE("replaced by rename") {
    folder.write("g", "one");
    std::filesystem::rename(folder.path("g"), folder.path("f"));
  }
  SUBCASE("removed") {
    std::filesystem::remove(folder.path("f"));
  }
  SUBCASE("made unreadable") {
    std::filesystem::permissions(folder.path("f"), std::filesystem::perms::none);
  }
  CHECK_FALSE(kept("f"));
}

TEST_CASE("within a turn of the loop the file system is asked once") {
  Folder folder;
  FileCache cache;
  net::Loop loop;
  folder.write("f", "one");
  cache.insert(1, "f", folder.path("f"), folder.load_settled("f"), loop);
  folder.write("f", "two");
  CHECK(cache.find(1, "f", loop) != nullptr);
  uv_run(loop.raw(), UV_RUN_NOWAIT);
  CHECK(cache.find(1, "f", loop) == nullptr);
}

TEST_CASE("the cache is bounded in memory and descriptors; the least recently used go first") {
  Folder folder;
  net::Loop loop;
  FileCache cache(FileCache::Limits{.octets = 300'000, .descriptors = 2});
  for (int i = 0; i < 10; ++i) folder.write("s" + std::to_string(i), std::string(60'000, 's'));
  for (int i = 0; i < 10; ++i) {
    auto name = "s" + std::to_string(i);
    cache.insert(1, name, folder.path(name), folder.load_settled(name), loop);
    CHECK(cache.find(1, "s0", loop) != nullptr);
    CHECK(cache.octets() <= 300'000);
  }
  CHECK(cache.find(1, "s1", loop) == nullptr);
  CHECK(cache.find(1, "s9", loop) != nullptr);
  CHECK(cache.find(2, "s9", loop) == nullptr);  // another handler's

  for (auto name : {"l1", "l2", "l3"}) {
    folder.write(name, large);
    cache.insert(1, name, folder.path(name), folder.load_settled(name), loop);
    CHECK(cache.descriptors() <= 2);
  }
}
