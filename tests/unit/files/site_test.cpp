#include "files/site.hpp"

#include <doctest/doctest.h>

#include <cerrno>

#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::files;
using sluice::test::TemporaryDirectory;

namespace {

struct Folder : TemporaryDirectory {
  StaticSettings settings;

  Folder() {
    for (auto name :
         {"index.html", "about.html", "docs/index.html", "docs.html", "team.html", "team/a.txt", "a.txt", "404.html"}) {
      write(name, "x");
    }
    settings.root = path();
    settings.index = {"index.html"};
  }

  /// The kind of a resolution and its file: "file about.html 200".
  std::string resolved(const std::string& path, bool navigation = true) const {
    Wanted wanted;
    wanted.directory = path.empty() || path.ends_with('/');
    wanted.relative = wanted.directory && !path.empty() ? path.substr(0, path.size() - 1) : path;
    wanted.navigation = navigation;
    auto found = StaticSite(settings).resolve(wanted, Waiting::allowed);
    switch (found.kind) {
      case Resolution::Kind::file: return found.relative + " " + std::to_string(found.status);
      case Resolution::Kind::add_slash: return "add slash";
      case Resolution::Kind::drop_slash: return "drop slash";
      case Resolution::Kind::listing: return "listing " + found.relative;
      case Resolution::Kind::missing: return "missing";
      default: return "other";
    }
  }
};

}  // namespace

TEST_CASE("a path is the file, a directory its index") {
  Folder folder;
  CHECK(folder.resolved("a.txt") == "a.txt 200");
  CHECK(folder.resolved("") == "index.html 200");
  CHECK(folder.resolved("docs/") == "docs/index.html 200");
  CHECK(folder.resolved("docs") == "add slash");
  CHECK(folder.resolved("team/") == "missing");
  CHECK(folder.resolved("a.txt/") == "missing");
  CHECK(folder.resolved("none") == "missing");
  folder.settings.index = {"none.html", "a.txt"};
  CHECK(folder.resolved("team/") == "team/a.txt 200");
}

TEST_CASE("clean URLs find their pages and never lead in a circle") {
  Folder folder;
  folder.settings.clean_urls = true;
  CHECK(folder.resolved("about") == "about.html 200");
  CHECK(folder.resolved("about.html") == "about.html 200");
  CHECK(folder.resolved("about/") == "drop slash");
  // A page beside a directory of its name: the page has the name, the directory its slash, if it has an
  // index.
  CHECK(folder.resolved("docs") == "docs.html 200");
  CHECK(folder.resolved("docs/") == "docs/index.html 200");
  CHECK(folder.resolved("team") == "team.html 200");
  CHECK(folder.resolved("team/") == "drop slash");
  CHECK(folder.resolved("none") == "missing");
  CHECK(folder.resolved("none/") == "missing");
}

TEST_CASE("the attempts are made in their order, for what is no file") {
  Folder folder;
  folder.settings.attempts = {{"", ".html", true}, {"docs/", ".html", true}, {"a.txt", "", false}};
  CHECK(folder.resolved("about") == "about.html 200");
  CHECK(folder.resolved("index") == "index.html 200");
  CHECK(folder.resolved("none") == "a.txt 200");
  CHECK(folder.resolved("404.html") == "404.html 200");
}

TEST_CASE("an application has its pages, but no assets that do not exist") {
  Folder folder;
  folder.settings.spa = true;
  CHECK(folder.resolved("users/7") == "index.html 200");
  CHECK(folder.resolved("users/") == "index.html 200");
  CHECK(folder.resolved("users/john.doe") == "index.html 200");
  CHECK(folder.resolved("old.html") == "index.html 200");
  CHECK(folder.resolved("a.txt") == "a.txt 200");
  for (auto asset : {"assets/x.js", "x.CSS", "logo.png", "data.json", "x.js.map"})
    CHECK(folder.resolved(asset) == "missing");
  CHECK(folder.resolved("users/7", false) == "missing");
  folder.settings.not_found = "404.html";
  CHECK(folder.resolved("assets/x.js") == "404.html 404");
  CHECK(folder.resolved("users/7") == "index.html 200");
}

TEST_CASE("the page of the 404 has that status") {
  Folder folder;
  folder.settings.not_found = "404.html";
  CHECK(folder.resolved("none") == "404.html 404");
  CHECK(folder.resolved("404.html") == "404.html 200");
  folder.settings.not_found = "none.html";
  CHECK(folder.resolved("none") == "missing");
}

TEST_CASE("a directory without index is listed where that is wanted") {
  Folder folder;
  folder.settings.listing = true;
  CHECK(folder.resolved("team/") == "listing team");
  CHECK(folder.resolved("docs/") == "docs/index.html 200");
  CHECK(folder.resolved("none/") == "missing");
}

TEST_CASE("what stood in the way is told") {
  Folder folder;
  folder.link("/etc/passwd", "out");
  Wanted wanted;
  wanted.relative = "out";
  auto found = StaticSite(folder.settings).resolve(wanted, Waiting::allowed);
  CHECK(found.kind == Resolution::Kind::missing);
  CHECK(found.fault == EXDEV);
  CHECK(found.fault_name == "out");
  wanted.relative = "none";
  CHECK(StaticSite(folder.settings).resolve(wanted, Waiting::allowed).fault == 0);
}
