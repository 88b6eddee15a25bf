#include "files/content/resource.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "files/content/tag.hpp"
#include "support/served_folder.hpp"

using namespace sluice;
using namespace sluice::files;
using Folder = sluice::test::ServedFolder;

namespace {

const std::string text = [] {
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "line " + std::to_string(i) + "\n";
  return lines;
}();

FileRoot root_of(const Folder& folder) { return {folder.path(), Symlinks::inside}; }

ServedFilePtr coded(const Folder& folder, const Resource& resource, http::Coding coding) {
  return make_coded(root_of(folder), "f.txt", resource, coding, resource.siblings.has(coding));
}

}  // namespace

TEST_CASE("siblings that hold a file compressed are found, unless they are older than it") {
  Folder folder;
  folder.write("f.txt", text);
  folder.write("f.txt.br", "brotli");
  folder.write("f.txt.gz", "\x1f\x8b gzip");
  folder.write("f.txt.zst", "old");
  folder.touch("f.txt", 1'600'000'000);
  folder.touch("f.txt.br", 1'600'000'000);
  folder.touch("f.txt.gz", 1'700'000'000);
  folder.touch("f.txt.zst", 1'500'000'000);
  auto resource = folder.resource("f.txt");
  CHECK(resource->siblings.has(http::Coding::brotli));
  CHECK(resource->siblings.has(http::Coding::gzip));
  CHECK_FALSE(resource->siblings.has(http::Coding::zstd));

  auto brotli = coded(folder, *resource, http::Coding::brotli);
  REQUIRE(brotli);
  CHECK(*brotli->bytes == "brotli");
  CHECK(brotli->content_type == "text/plain");
  CHECK(brotli->validators.last_modified == 1'600'000'000);
  CHECK(brotli->etag != resource->plain->etag);
  CHECK(brotli->etag.ends_with("-br\""));
  CHECK(brotli->fields.http1().find("Content-Encoding: br\r\n") != std::string_view::npos);
  CHECK(brotli->fields.http1().find("Vary: Accept-Encoding\r\n") != std::string_view::npos);

  auto gzip = coded(folder, *resource, http::Coding::gzip);
  REQUIRE(gzip);
  CHECK(gzip->validators.last_modified == 1'700'000'000);  // it has been made anew since
}

TEST_CASE("a sibling of a file without Last-Modified has none either") {
  Folder folder;
  folder.write("f.txt", text);
  folder.write("f.txt.br", "brotli");
  folder.touch("f.txt", 1);
  folder.touch("f.txt.br", 1'700'000'000);
  auto brotli = coded(folder, *folder.resource("f.txt"), http::Coding::brotli);
  REQUIRE(brotli);
  CHECK(brotli->validators.last_modified == http::Validators::no_date);
}

TEST_CASE("a resource is settled only once its siblings are") {
  Folder folder;
  folder.write("f.txt", text);
  CHECK(folder.resource("f.txt")->settled());
  bool seen_fresh = false;
  for (int tries = 0; tries < 100 && !seen_fresh; ++tries) {  // a busy machine may take its time in between
    folder.write("f.txt.br", "brotli");
    seen_fresh = !folder.resource("f.txt")->settled();
  }
  CHECK(seen_fresh);
  while (!folder.resource("f.txt")->settled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

TEST_CASE("a file is settled when a change after the time in question must have a later time") {
  FileIdentity identity;
  identity.changed = 1000;
  identity.changed_nanos = 500'000'000;
  CHECK_FALSE(is_settled(identity, {1000, 500'000'000}));
  CHECK_FALSE(is_settled(identity, {1000, 520'000'000}));
  CHECK(is_settled(identity, {1000, 530'000'000}));
  identity.changed_nanos = 0;  // a file system with coarse times
  CHECK_FALSE(is_settled(identity, {1002, 0}));
  CHECK(is_settled(identity, {1003, 0}));
}

TEST_CASE("without siblings text is compressed here, with a tag of its own") {
  Folder folder;
  folder.write("f.txt", text);
  auto resource = folder.resource("f.txt");
  CHECK(resource->siblings.empty());
  for (auto coding : http::codings_by_size) {
    CHECK(resource->computable.has(coding));
    auto file = coded(folder, *resource, coding);
    REQUIRE(file);
    CHECK(file->size < text.size());
    CHECK(file->size == file->bytes->size());
    CHECK(file->etag != resource->plain->etag);
  }
}

TEST_CASE("what gains nothing from compression has no codings and no Vary") {
  Folder folder;
  auto varies = [](const Resource& resource) {
    return resource.plain->fields.http1().find("Vary") != std::string_view::npos;
  };
  folder.write("f.txt", "short");
  CHECK_FALSE(folder.resource("f.txt")->has_codings());
  CHECK_FALSE(varies(*folder.resource("f.txt")));
  folder.write("f.txt", text);
  CHECK(varies(*folder.resource("f.txt")));
  CHECK_FALSE(folder.resource("f.txt", {.compress = false})->has_codings());
  folder.write("f.txt.gz", "g");
  CHECK(folder.resource("f.txt", {.compress = false})->has_codings());
  CHECK_FALSE(folder.resource("f.txt", {.precompressed = false, .compress = false})->has_codings());
}

TEST_CASE("a resource is current until the file or one of its siblings changes, comes or goes") {
  Folder folder;
  folder.write("f.txt", text);
  folder.write("f.txt.gz", "g");
  auto resource = folder.resource("f.txt");
  CHECK(resource->is_current());
  SUBCASE("the file changes") { folder.touch("f.txt", 5); }
  SUBCASE("a sibling changes") { folder.write("f.txt.gz", "other"); }
  SUBCASE("a sibling comes") { folder.write("f.txt.br", "b"); }
  SUBCASE("a sibling goes") { std::filesystem::remove(folder.path("f.txt.gz")); }
  CHECK_FALSE(resource->is_current());
}

TEST_CASE("a sibling that was replaced since it was found is not sent") {
  Folder folder;
  folder.write("f.txt", text);
  folder.write("f.txt.gz", "g");
  auto resource = folder.resource("f.txt");
  folder.write("f.txt.gz", "other");
  CHECK_FALSE(coded(folder, *resource, http::Coding::gzip));
}
