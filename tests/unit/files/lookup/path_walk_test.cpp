#include "files/lookup/path_walk.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/file_descriptor.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::files;

namespace {

struct Tree : test::TemporaryDirectory {
  Tree() {
    write("outside.txt", "secret");
    write("www/a.txt", "a");
    write("www/sub/b.txt", "b");
    link("a.txt", "www/relative");
    link("sub/", "www/folder");
    link("../a.txt", "www/sub/up");
    link("../../outside.txt", "www/sub/escape");
    link("..", "www/out");
    link("sub/../out/www/a.txt", "www/out-and-in");
    link(path("www/a.txt"), "www/absolute");
    link("missing", "www/dangling");
    link("loop", "www/loop");
  }
};

/// The inode that was found, or the negative errno.
std::int64_t result(int fd) {
  if (fd < 0) return -errno;
  FileDescriptor owned(fd);
  struct stat status{};
  REQUIRE(::fstat(fd, &status) == 0);
  return static_cast<std::int64_t>(status.st_ino);
}

std::int64_t by_kernel(int directory, const char* path, std::uint64_t resolve) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = resolve;
  long fd = -1;
  do {  // EAGAIN: a rename anywhere on this machine came between
    fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
  } while (fd < 0 && errno == EAGAIN);
  return result(static_cast<int>(fd));
}

}  // namespace

TEST_CASE("a walk in steps finds and refuses what the kernel's does") {
  Tree tree;
  FileDescriptor top(::open(tree.path("www").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(top);
  if (by_kernel(top.get(), ".", RESOLVE_BENEATH) == -ENOSYS) return;  // nothing to compare with
  for (const char* path : {".",
                           "a.txt",
                           "sub",
                           "sub/",
                           "sub/b.txt",
                           "sub//b.txt",
                           "./sub/./b.txt",
                           "sub/../a.txt",
                           "a.txt/",
                           "a.txt/.",
                           "a.txt/..",
                           "a.txt/x",
                           "none",
                           "none/..",
                           "",
                           "/",
                           "/etc/passwd",
                           "..",
                           "sub/../..",
                           "sub/../../www/a.txt",
                           "relative",
                           "relative/",
                           "folder",
                           "folder/b.txt",
                           "folder/up",
                           "folder/../a.txt",
                           "sub/up",
                           "sub/escape",
                           "out",
                           "out/outside.txt",
                           "out-and-in",
                           "absolute",
                           "dangling",
                           "loop",
                           "loop/x"}) {
    CAPTURE(std::string(path));
    for (std::uint64_t resolve : {RESOLVE_BENEATH, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS}) {
      CAPTURE(resolve);
      CHECK(result(open_by_steps(top.get(), path, 0, resolve)) == by_kernel(top.get(), path, resolve));
    }
  }
}
