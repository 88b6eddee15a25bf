#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/starter.hpp"
#include "cli/terminal.hpp"

/// `sluice init`: writes a config to start from. Never over a file that exists.
namespace sluice::cli {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

int refuse(const std::string& file, int error) {
  if (error == EEXIST) {
    complain(file + " exists already and is left as it is");
    return exit_cannot_create;
  }
  complain("cannot write " + file + ": " + std::strerror(error));
  return error == EACCES || error == EPERM || error == EROFS ? exit_permission : exit_cannot_create;
}

int init(const std::string& file) {
  // O_EXCL: the kernel itself refuses to touch what exists, symbolic links included.
  int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return refuse(file, errno);
  bool written = write_all(fd, starter_config());
  int error = errno;
  if (::close(fd) != 0 || !written) return refuse(file, error);
  print("Wrote " + file + ". Next:\n  sluice check -c " + file + "\n  sluice serve -c " + file + "\n");
  return exit_ok;
}

}  // namespace

Action prepare_init(Arguments& arguments) {
  auto file = std::make_shared<std::string>("sluice.toml");
  arguments.add({.names = "FILE", .value = *file, .help = "Name of the new file", .shows_default = true});
  return [file] { return init(*file); };
}

}  // namespace sluice::cli
