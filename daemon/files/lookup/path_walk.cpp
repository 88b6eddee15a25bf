#include "files/lookup/path_walk.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"

namespace sluice::files {

namespace {

constexpr int most_links = 40;  // as in the kernel, path_resolution(7)

/// A way down from a top directory. The nodes that it has passed stay open, so that `..` means the one
/// before.
class Walk {
 public:
  Walk(FileDescriptor top, bool links) : links_allowed_(links) { passed_.push_back({std::move(top), true}); }

  /// Returns 0 or an errno.
  int go(std::string_view path) {
    if (int error = push(path)) return error;
    while (!rest_.empty()) {
      auto name = std::move(rest_.back());
      rest_.pop_back();
      if (int error = step(name)) return error;
    }
    return 0;
  }

  int release() { return passed_.back().handle.release(); }

 private:
  struct Node {
    FileDescriptor handle;
    bool is_directory;
  };

  int push(std::string_view path) {
    if (path.empty()) return ENOENT;
    if (path.starts_with('/')) return EXDEV;
    while (true) {
      auto slash = path.rfind('/');
      rest_.emplace_back(path.substr(slash == std::string_view::npos ? 0 : slash + 1));
      if (slash == std::string_view::npos) return 0;
      path = path.substr(0, slash);
    }
  }

  int step(const std::string& name) {
    if (!passed_.back().is_directory) return ENOTDIR;
    if (name.empty() || name == ".") return 0;
    if (name == "..") {
      if (passed_.size() == 1) return EXDEV;
      passed_.pop_back();
      return 0;
    }
    FileDescriptor next(::openat(passed_.back().handle.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!next || ::fstat(next.get(), &status) != 0) return errno;
    if (S_ISLNK(status.st_mode)) return follow(next.get());
    passed_.push_back({std::move(next), S_ISDIR(status.st_mode)});
    return 0;
  }

  int follow(int link) {
    if (!links_allowed_ || ++links_ > most_links) return ELOOP;
    std::array<char, PATH_MAX> target;
    auto length = ::readlinkat(link, "", target.data(), target.size());
    if (length < 0) return errno;
    return push({target.data(), static_cast<std::size_t>(length)});
  }

  std::vector<Node> passed_;
  std::vector<std::string> rest_;  // names still to come, the next one last
  bool links_allowed_;
  int links_ = 0;
};

}  // namespace

int open_by_steps(int directory, const char* path, std::uint64_t flags, std::uint64_t resolve) {
  auto mode = static_cast<int>(O_PATH | O_CLOEXEC | flags);
  if ((resolve & (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)) == 0) return ::openat(directory, path, mode);
  FileDescriptor top(::openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) return -1;
  Walk walk(std::move(top), (resolve & RESOLVE_NO_SYMLINKS) == 0);
  if (int error = walk.go(path)) {
    errno = error;
    return -1;
  }
  return walk.release();
}

}  // namespace sluice::files
