#include "handlers/path_fault.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sluice::handlers {

namespace {

std::string user_name(uid_t uid) {
  std::array<char, 1024> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid " + std::to_string(uid);
}

std::string mode_text(mode_t mode) {
  std::array<char, 8> text;
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

std::string owner_and_mode(const struct stat& status) {
  return "owner " + user_name(status.st_uid) + ", mode " + mode_text(status.st_mode) + "; this process runs as " +
         user_name(::geteuid());
}

/// What `ProtectHome=` of a systemd unit shows instead of the homes: a directory that nobody may enter, or
/// (tmpfs) one that is empty.
bool hides_homes(const std::string& directory, const struct stat& status, int cause) {
  if (directory != "/home" && directory != "/root" && directory != "/run/user") return false;
  return (status.st_mode & 07777) == 0 || (cause == ENOENT && std::getenv("INVOCATION_ID") != nullptr);
}

/// The components of a path as ever longer paths: "/", "/srv", "/srv/www".
bool next_prefix(const std::string& path, std::size_t& end) {
  if (end >= path.size()) return false;
  end = end == 0 && path[0] == '/' ? 1 : path.find('/', end + 1);
  if (end == std::string::npos) end = path.size();
  return true;
}

}  // namespace

std::string explain_path_fault(const std::string& path, int error) {
  struct stat parent{};
  std::string last_good;
  for (std::size_t end = 0; next_prefix(path, end);) {
    auto component = path.substr(0, end);
    struct stat status{};
    if (::stat(component.c_str(), &status) != 0) {
      int cause = errno;
      if (hides_homes(last_good, parent, cause))
        return "`" + last_good +
               "` is hidden by `ProtectHome=` of the service; with `ProtectHome=read-only` it can be served "
               "(drop-ins/home.conf)";
      if (cause == EACCES && !last_good.empty())
        return "`" + last_good + "` may not be entered (" + owner_and_mode(parent) + ")";
      struct stat link{};
      if (cause == ENOENT && ::lstat(component.c_str(), &link) == 0)
        return "`" + component + "` is a symbolic link that leads nowhere";
      if (cause == ENOENT) return "`" + component + "` does not exist";
      return "`" + component + "`: " + std::strerror(cause);
    }
    if (end < path.size() && !S_ISDIR(status.st_mode)) return "`" + component + "` is not a directory";
    parent = status;
    last_good = component;
  }
  if (error == ENOTDIR) return "`" + path + "` is not a directory";
  if (error == EACCES) return "`" + path + "` may not be read (" + owner_and_mode(parent) + ")";
  return "`" + path + "`: " + std::strerror(error);
}

}  // namespace sluice::handlers
