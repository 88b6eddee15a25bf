#include "files/uploads/new_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "support/temporary_directory.hpp"

using namespace sluice;
using files::FileRoot;
using files::NewFile;
using files::Symlinks;

namespace {

namespace fs = std::filesystem;

constexpr auto ways = {NewFile::Temporary::unnamed, NewFile::Temporary::hidden};

struct Folder : test::TemporaryDirectory {
  FileRoot root{path(), Symlinks::inside};

  /// All that is below it, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(path()))
      all.push_back(entry.path().string().substr(path().size() + 1));
    std::ranges::sort(all);
    return all;
  }
  std::string content(std::string_view name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// 1: new, 0: replaced, or an errno, negative.
  int save(const std::string& name, std::string_view text, NewFile::Temporary way, bool replaces = true) const {
    auto file = NewFile::open(root, name, text.size(), way);
    if (!file) return -file.error();
    if (int error = (*file)->write(text)) return -error;
    auto is_new = (*file)->commit(replaces);
    return is_new ? *is_new : -is_new.error();
  }
};

}  // namespace

TEST_CASE("a new file has its name and content when it is complete, and nothing before") {
  for (auto way : ways) {
    Folder folder;
    CHECK(folder.save("a.txt", "one", way) == 1);
    CHECK(folder.save("a.txt", "another", way) == 0);
    CHECK(folder.save("empty", "", way) == 1);
    CHECK(folder.content("a.txt") == "another");
    CHECK(folder.names() == std::vector<std::string>{"a.txt", "empty"});
    struct stat status{};
    REQUIRE(::stat(folder.path("a.txt").c_str(), &status) == 0);
    auto mask = ::umask(0);
    ::umask(mask);
    CHECK((status.st_mode & 07777) == (0644 & ~mask));
  }
}

TEST_CASE("folders on the way are created with the file, and not before") {
  for (auto way : ways) {
    Folder folder;
    folder.write("a/x", "");
    {
      auto file = NewFile::open(folder.root, "a/b/c/d.txt", 0, way);
      REQUIRE(file);
      CHECK((*file)->write("text") == 0);
      CHECK_FALSE(fs::exists(folder.path("a/b")));
    }
    CHECK(folder.names() == std::vector<std::string>{"a", "a/x"});
    CHECK(folder.save("a/b/c/d.txt", "text", way) == 1);
    CHECK(folder.content("a/b/c/d.txt") == "text");
    CHECK(folder.names() == std::vector<std::string>{"a", "a/b", "a/b/c", "a/b/c/d.txt", "a/x"});
  }
}

TEST_CASE("a file that is not completed leaves nothing, and the old one stays") {
  for (auto way : ways) {
    Folder folder;
    folder.write("a.txt", "old");
    {
      auto file = NewFile::open(folder.root, "a.txt", 0, way);
      REQUIRE(file);
      CHECK((*file)->existing()->size == 3);
      CHECK((*file)->write("new") == 0);
    }
    CHECK(folder.names() == std::vector<std::string>{"a.txt"});
    CHECK(folder.content("a.txt") == "old");
  }
}

TEST_CASE("the last of two files of one name stays, and both are whole") {
  for (auto way : ways) {
    Folder folder;
    auto one = NewFile::open(folder.root, "a", 0, way), two = NewFile::open(folder.root, "a", 0, way);
    REQUIRE((one && two));
    (*one)->write("one");
    (*two)->write("two");
    CHECK((*two)->commit(true) == true);
    CHECK(folder.content("a") == "two");
    CHECK((*one)->commit(true) == false);
    CHECK(folder.content("a") == "one");
    CHECK(folder.names() == std::vector<std::string>{"a"});
  }
}

TEST_CASE("a file that came meanwhile is not replaced where none may be") {
  for (auto way : ways) {
    Folder folder;
    auto file = NewFile::open(folder.root, "a", 0, way);
    REQUIRE(file);
    CHECK_FALSE((*file)->existing());
    folder.write("a", "other");
    CHECK((*file)->commit(false) == std::unexpected(EEXIST));
    file->reset();
    CHECK(folder.content("a") == "other");
    CHECK(folder.names() == std::vector<std::string>{"a"});
  }
}

TEST_CASE("a folder is not replaced, and a file is no folder") {
  for (auto way : ways) {
    Folder folder;
    folder.write("folder/file", "");
    CHECK(folder.save("folder", "x", way) == -EISDIR);
    CHECK(folder.save("folder/file/x", "x", way) == -ENOTDIR);
    CHECK(folder.save("folder/file/x/y", "x", way) == -ENOTDIR);
    auto file = NewFile::open(folder.root, "late", 0, way);
    REQUIRE(file);
    folder.write("late/file", "");
    CHECK((*file)->commit(true) == std::unexpected(EISDIR));
    file->reset();
    CHECK(folder.names() == std::vector<std::string>{"folder", "folder/file", "late", "late/file"});
  }
}

TEST_CASE("symbolic links do not lead a file out of its folder") {
  for (auto way : ways) {
    Folder outside, folder;
    outside.write("file", "mine");
    folder.write("inner/x", "");
    folder.link(outside.path(), "out");
    folder.link("../..", "up");
    folder.link(outside.path("file"), "to_file");
    folder.link("inner", "within");
    CHECK(folder.save("out/a", "x", way) == -EXDEV);
    CHECK(folder.save("out/a/b", "x", way) == -EXDEV);
    CHECK(folder.save("up/a", "x", way) == -EXDEV);
    CHECK(folder.save("within/a", "x", way) == 1);
    CHECK(folder.content("inner/a") == "x");
    CHECK(folder.save("to_file", "x", way) == 0);  // the link is replaced
    CHECK(outside.content("file") == "mine");
    CHECK(folder.content("to_file") == "x");
    CHECK(outside.names() == std::vector<std::string>{"file"});
  }
}

TEST_CASE("a folder that becomes a link while the file is written does not lead it out") {
  for (auto way : ways) {
    Folder outside, folder;
    auto file = NewFile::open(folder.root, "new/a", 0, way);
    REQUIRE(file);
    folder.link(outside.path(), "new");
    CHECK((*file)->commit(true) == std::unexpected(EXDEV));
    file->reset();
    CHECK(outside.names().empty());
    CHECK(folder.names() == std::vector<std::string>{"new"});
  }
}

TEST_CASE("a file that is announced larger than the disk is refused at once") {
  Folder folder;
  CHECK(NewFile::open(folder.root, "a", std::uint64_t{1} << 60).error() == ENOSPC);
  CHECK(folder.names().empty());
}

TEST_CASE("what does not fit is an error, and nothing remains") {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  for (auto way : ways) {
    Folder folder;
    rlimit small{1000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    int result = folder.save("a", std::string(2000, 'x'), way);
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(result == -EFBIG);
    CHECK(folder.names().empty());
  }
  std::signal(SIGXFSZ, SIG_DFL);
}

TEST_CASE("a large file is written to the disk while it comes, and is whole") {
  Folder folder;
  std::string piece(1 << 20, 'x');
  auto file = NewFile::open(folder.root, "large", 0);
  REQUIRE(file);
  for (int i = 0; i < 20; ++i) {
    piece[0] = static_cast<char>('a' + i);
    REQUIRE((*file)->write(piece) == 0);
  }
  CHECK((*file)->commit(true) == true);
  auto content = folder.content("large");
  CHECK(content.size() == 20 << 20);
  CHECK(content[19 << 20] == 't');
}
