#include "files/lookup/root.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>

#include "files/lookup/path_fault.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::files;
using sluice::test::TemporaryDirectory;

namespace {

struct Site : TemporaryDirectory {
  Site() {
    write("outside.txt", "secret");
    write("www/a.txt", "a");
    write("www/sub/b.txt", "b");
    link("a.txt", "www/relative");
    link("../a.txt", "www/sub/up");
    link("../outside.txt", "www/escape");
    link("..", "www/out");
    link(path("www/a.txt"), "www/absolute");
    link(path("www/sub"), "www/absolute-directory");
    link(path("www/none"), "www/absolute-dangling");
    link(path("outside.txt"), "www/absolute-escape");
    link("absolute-escape", "www/two-steps-out");
    link(path("www-other"), "www/similar-name");
    write("www-other", "not below www");
    link(path("www"), "back");
    link(path("back/a.txt"), "www/out-and-back");
    link("missing", "www/dangling");
    link("loop", "www/loop");
  }
  int found(const char* relative, Symlinks symlinks = Symlinks::inside) const {
    auto node = FileRoot(path("www"), symlinks).find(relative);
    return node ? 0 : node.error();
  }
};

}  // namespace

TEST_CASE("files and directories below the root are found") {
  Site site;
  FileRoot root(site.path("www"), Symlinks::inside);
  CHECK(root.find("a.txt")->is_file());
  CHECK(root.find("sub")->is_directory());
  CHECK(root.find("")->is_directory());
  CHECK(site.found("none") == ENOENT);
  CHECK(site.found("a.txt/b") == ENOTDIR);
}

TEST_CASE("nothing outside of the root is found") {
  Site site;
  for (auto path : {"..", "../outside.txt", "sub/../../outside.txt", "/etc/passwd", "escape", "out/outside.txt",
                    "absolute-escape", "two-steps-out", "similar-name", "absolute-directory/../../outside.txt"}) {
    CAPTURE(path);
    CHECK(site.found(path) == EXDEV);
  }
  CHECK(site.found("loop") == ELOOP);
  CHECK(site.found("dangling") == ENOENT);
}

TEST_CASE("absolute symbolic links are followed where they lead back below the root") {
  Site site;
  FileRoot root(site.path("www"), Symlinks::inside);
  CHECK(root.find("absolute")->status.st_ino == root.find("a.txt")->status.st_ino);
  CHECK(root.find("absolute-directory")->is_directory());
  CHECK(root.find("absolute-directory/b.txt")->is_file());
  CHECK(root.find("out-and-back")->is_file());
  CHECK(site.found("absolute-dangling") == ENOENT);
  CHECK(site.found("absolute-directory/none") == ENOENT);
  CHECK(site.found("absolute", Symlinks::off) == ELOOP);
  // Such a link is resolved step by step, which may wait for a disk.
  CHECK(root.find("absolute", Waiting::never).error() == EAGAIN);

  site.link("www", "current");
  site.link(site.path("current/a.txt"), "www/through-the-root");
  CHECK(FileRoot(site.path("current"), Symlinks::inside).find("through-the-root")->is_file());
}

TEST_CASE("symbolic links are followed as the policy says") {
  Site site;
  CHECK(site.found("relative") == 0);
  CHECK(site.found("sub/up") == 0);
  CHECK(site.found("relative", Symlinks::off) == ELOOP);
  CHECK(site.found("a.txt", Symlinks::off) == 0);
  CHECK(site.found("escape", Symlinks::follow) == 0);
  CHECK(site.found("absolute", Symlinks::follow) == 0);
}

TEST_CASE("a switched symbolic link is seen, also when the root is one") {
  Site site;
  site.write("v1/f", "1");
  site.write("v2/f", "22");
  site.link("v1", "current");
  FileRoot root(site.path("current"), Symlinks::inside);
  CHECK(root.find("f")->status.st_size == 1);
  site.link("v2", "next");
  std::filesystem::rename(site.path("next"), site.path("current"));
  CHECK(root.find("f")->status.st_size == 2);
}

TEST_CASE("FIFOs and sockets are looked at but never opened") {
  Site site;
  ::mkfifo(site.path("www/fifo").c_str(), 0600);
  FileRoot root(site.path("www"), Symlinks::inside);
  auto fifo = root.find("fifo");
  REQUIRE(fifo);
  CHECK_FALSE(fifo->is_file());
  CHECK(FileRoot::open(*fifo).error() == EACCES);
  // Nobody has it open for reading: a writer would have to wait.
  CHECK(::open(site.path("www/fifo").c_str(), O_WRONLY | O_NONBLOCK) == -1);
  CHECK(errno == ENXIO);
}

TEST_CASE("a file that is replaced between find and open is the one that was found") {
  Site site;
  FileRoot root(site.path("www"), Symlinks::inside);
  auto node = root.find("a.txt");
  site.write("www/new", "another");
  std::filesystem::rename(site.path("www/new"), site.path("www/a.txt"));
  CHECK(FileRoot::open(*node)->identity.size == 1);
}

TEST_CASE("the fault of a path names the component that failed") {
  Site site;
  CHECK(explain_path_fault(site.path("www/none/x"), ENOENT) == "`" + site.path("www/none") + "` does not exist");
  CHECK(explain_path_fault(site.path("www/a.txt/x"), ENOTDIR) == "`" + site.path("www/a.txt") + "` is not a directory");
  CHECK(explain_path_fault(site.path("www/dangling"), ENOENT) == "`" + site.path("www/dangling") +
                                                                     "` is a symbolic link that leads nowhere: `" +
                                                                     site.path("www/missing") + "` does not exist");
  std::filesystem::permissions(site.path("www/a.txt"), std::filesystem::perms::none);
  auto unreadable = explain_path_fault(site.path("www/a.txt"), EACCES);
  CHECK(unreadable.find("may not be read (owner ") != std::string::npos);
  CHECK(unreadable.find("mode 0000; this process runs as ") != std::string::npos);
}

TEST_CASE("the fault of a path is looked for behind symbolic links, too") {
  Site site;
  site.write("www/closed/in/a.html", "a");
  site.link("closed/in/a.html", "www/link");
  site.link("../elsewhere/x", "www/leads-out");
  auto closed = site.path("www/closed");
  CHECK(explain_path_fault(site.path("www/a.txt/../link/x"), ENOTDIR) ==
        "`" + site.path("www/a.txt") + "` is not a directory");
  CHECK(explain_path_fault(site.path("www/link/x"), ENOTDIR) ==
        "`" + closed + "/in/a.html` is not a directory, where the symbolic link `" + site.path("www/link") + "` leads");
  CHECK(explain_path_fault(site.path("www/loop"), ELOOP).find("too many symbolic links") != std::string::npos);
  CHECK(explain_escape(site.path("www"), "leads-out") ==
        "`" + site.path("www/leads-out") +
            "` is a symbolic link to `../elsewhere/x`, out of the root; "
            "`symlinks = \"follow\"` would allow that");
  if (::geteuid() != 0) {  // nothing is closed to root
    std::filesystem::permissions(closed, std::filesystem::perms::none);
    CHECK(explain_path_fault(site.path("www/link"), EACCES).starts_with("`" + closed + "` may not be entered (owner "));
    std::filesystem::permissions(closed, std::filesystem::perms::owner_all);
  }
}

TEST_CASE("a missing file is worth a word only where somebody has to mend something") {
  Site site;
  CHECK(explain_missing(site.path("www"), "none.txt").empty());
  CHECK(explain_missing(site.path("www"), "none/deeper.txt").empty());
  CHECK(explain_missing(site.path("www"), "a.txt").empty());
  CHECK(explain_missing(site.path("gone"), "a.txt") == "`" + site.path("gone") + "` does not exist");
  site.link("www", "current");
  CHECK(explain_missing(site.path("current"), "none.txt").empty());
  site.link("v2", "next");
  CHECK(explain_missing(site.path("next"), "a.txt") ==
        "`" + site.path("next") + "` is a symbolic link that leads nowhere: `" + site.path("v2") + "` does not exist");
  CHECK(explain_missing(site.path("www"), "dangling").find("leads nowhere") != std::string::npos);
}

TEST_CASE("the link that is not followed is named, not what was asked for behind it") {
  Site site;
  auto www = site.path("www");
  CHECK(explain_links(www, "loop") == explain_links(www, "loop/behind/it"));
  CHECK(explain_links(www, "loop") == "`" + www + "/loop` leads to too many symbolic links");
  CHECK(explain_links(www, "relative") ==
        "`" + www + "/relative` is a symbolic link, and `symlinks = \"off\"` follows none");
  CHECK(explain_links(site.path("back"), "sub/up/x").starts_with("`" + www + "/sub/up` is a symbolic link"));
}
