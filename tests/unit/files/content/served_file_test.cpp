#include "files/content/served_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "http/fields/date.hpp"
#include "support/served_folder.hpp"

using namespace sluice;
using namespace sluice::files;
using Folder = sluice::test::ServedFolder;

namespace {

const std::string large(100'000, 'x');

}  // namespace

TEST_CASE("a small file is held in memory, a large one open") {
  Folder folder;
  folder.write("small", "abc");
  folder.write("empty", "");
  folder.write("large", large);
  CHECK(*folder.load("small")->bytes == "abc");
  CHECK_FALSE(folder.load("small")->file);
  CHECK(folder.load("empty")->size == 0);
  CHECK(folder.load("large")->file);
  CHECK(folder.load("large")->size == large.size());
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
  for (const char* type : {"text/plain", "image/png"}) {
    folder.write("f", large);
    auto before = folder.load_settled("f", type)->etag;
    CHECK(folder.load("f", type)->etag == before);
    folder.write("f", large + "y");
    CHECK(folder.load_settled("f", type)->etag != before);
  }
}

TEST_CASE("copies of a large file have its tag, if they have its time") {
  Folder folder;
  for (const char* type : {"text/plain", "image/png"}) {
    folder.write("original", large);
    auto tag = folder.load_settled("original", type)->etag;
    folder.write("copy", large);
    std::filesystem::last_write_time(folder.path("copy"), std::filesystem::last_write_time(folder.path("original")));
    CHECK(folder.load_settled("copy", type)->etag == tag);
    std::filesystem::rename(folder.path("copy"), folder.path("renamed"));
    std::filesystem::permissions(folder.path("renamed"), std::filesystem::perms::owner_read);
    CHECK(folder.load_settled("renamed", type)->etag == tag);
  }
}

TEST_CASE("the times of the old one do not hide that a large file is another") {
  Folder folder;
  for (auto place : {std::size_t{0}, large.size() / 2, large.size() - 1}) {
    auto changed = large;
    changed[place] = 'y';
    folder.write("f", large);
    folder.touch("f", 1'600'000'000);
    auto before = folder.load_settled("f", "image/png")->etag;
    folder.write("f", changed);
    folder.touch("f", 1'600'000'000);
    CHECK(folder.load_settled("f", "image/png")->etag != before);
  }
  auto changed = large;
  changed[12'345] = 'y';  // only text is read whole
  folder.write("f", large);
  folder.touch("f", 1'600'000'000);
  auto before = folder.load_settled("f")->etag;
  folder.write("f", changed);
  folder.touch("f", 1'600'000'000);
  CHECK(folder.load_settled("f")->etag != before);
}

TEST_CASE("a large file that changed a moment ago has no tag, unless it is made of the content") {
  Folder folder;
  folder.write("f", large);
  auto fresh = folder.load("f", "image/png");
  if (!fresh->settled) CHECK(fresh->etag == "");
  CHECK(folder.load_settled("f", "image/png")->etag != "");
  folder.write("f", large);
  auto text = folder.load("f");
  CHECK(folder.load_settled("f")->etag == text->etag);
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
  auto now = std::time(nullptr) - 1;  // of this second it would not be told at first
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
  CHECK(file->fields.http1() == "Content-Type: text/plain; charset=utf-8\r\nETag: " + file->etag +
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
