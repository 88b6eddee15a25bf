#include "handlers/root_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "handlers/path_fault.hpp"

namespace sluice::handlers {

namespace {

/// 0, or the errno that opening for reading would give. Nothing is opened: a FIFO must not be.
int access_error(const std::string& path, mode_t type, int wrong_type, int access) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return errno;
  if ((status.st_mode & S_IFMT) != type) return wrong_type;
  return ::faccessat(AT_FDCWD, path.c_str(), access, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

bool check_root(const config::Located<std::string>& root, config::Diagnostics& diagnostics) {
  int error = access_error(*root, S_IFDIR, ENOTDIR, R_OK | X_OK);
  if (error == 0) return true;
  diagnostics.error("unreadable-root", root.span, "the root `" + *root + "` cannot be served").label =
      explain_path_fault(*root, error);
  return false;
}

bool check_file(const config::Located<std::string>& file, config::Diagnostics& diagnostics) {
  int error = access_error(*file, S_IFREG, EISDIR, R_OK);
  if (error == 0) return true;
  diagnostics.error("unreadable-file", file.span, "the file `" + *file + "` cannot be served").label =
      error == EISDIR ? "it is not a regular file" : explain_path_fault(*file, error);
  return false;
}

}  // namespace sluice::handlers
