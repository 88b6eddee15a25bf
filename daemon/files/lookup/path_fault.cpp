#include "files/lookup/path_fault.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::files {

namespace {

std::string in_ticks(std::string_view text) { return '`' + std::string(text) + '`'; }

std::string user_name(uid_t uid) {
  std::array<char, 1024> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid " + std::to_string(uid);
}

std::string group_name(gid_t gid) {
  std::array<char, 4096> buffer;
  group entry{};
  group* found = nullptr;
  if (::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->gr_name;
  return "gid " + std::to_string(gid);
}

std::string mode_text(mode_t mode) {
  std::array<char, 8> text;
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

std::string owner_and_mode(const struct stat& status) {
  return "owner " + user_name(status.st_uid) + ", group " + group_name(status.st_gid) + ", mode " +
         mode_text(status.st_mode) + "; this process runs as " + user_name(::geteuid()) + ", group " +
         group_name(::getegid());
}

/// What stands at a path that can be neither sent nor entered; empty for files and directories.
std::string_view kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFIFO: return "a FIFO";
    case S_IFSOCK: return "a socket";
    case S_IFCHR:
    case S_IFBLK: return "a device";
    default: return {};
  }
}

/// What `ProtectHome=` of a systemd unit shows instead of the homes: a directory that nobody may enter, or
/// (tmpfs) one that is empty.
bool hides_homes(const std::string& directory, const struct stat& status, int cause) {
  if (directory != "/home" && directory != "/root" && directory != "/run/user") return false;
  return (status.st_mode & 07777) == 0 || (cause == ENOENT && std::getenv("INVOCATION_ID") != nullptr);
}

/// The way that the kernel goes along a path, step by step, with the links that it meets.
class Trace {
 public:
  /// Where the way ends, if it does before the path is at its end: an errno, and words.
  struct End {
    int cause = 0;
    std::string why;
    bool foreseen = true;  // not just the name that somebody asked for: a link leads here, or the root is concerned
  };

  /// `asked` octets at the end of the path are what somebody asked for; what stands before them should exist.
  explicit Trace(std::string_view path, std::size_t asked = 0) {
    push(path.substr(path.size() - asked), false);
    push(path.substr(0, path.size() - asked), true);
    if (path.starts_with('/')) place_ = "/";
  }

  /// Goes on to the end.
  End run() {
    while (!rest_.empty()) {
      if (auto end = step(); end.cause != 0) return end;
    }
    return {};
  }

  /// The first link that leads out of `root`, which has no links in it, and what it says; empty: none.
  std::pair<std::string, std::string> link_out_of(const std::string& root) {
    while (!rest_.empty()) {
      auto links = links_;
      auto behind = rest_.size() - 1;  // what comes after the link
      if (step().cause != 0) break;
      if (links_ == links) continue;
      Trace there(*this);
      while (there.rest_.size() > behind) {
        if (there.step().cause != 0) break;
      }
      if (!is_below(there.place_, root)) return {link_, target_};
    }
    return {};
  }

  /// The first link on the way; empty: none.
  std::string first_link() {
    while (first_link_.empty() && !rest_.empty() && step().cause == 0) {
    }
    return first_link_;
  }

  const std::string& place() const { return place_; }
  const struct stat& status() const { return status_; }

 private:
  struct Name {
    std::string text;
    bool foreseen;
  };

  static bool is_below(const std::string& path, const std::string& root) {
    return path.starts_with(root) && (path.size() == root.size() || root.ends_with('/') || path[root.size()] == '/');
  }

  void push(std::string_view path, bool foreseen) {
    while (!path.empty()) {
      auto slash = path.rfind('/');
      auto name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
      if (!name.empty() && name != ".") rest_.push_back({std::string(name), foreseen});
      if (slash == std::string_view::npos) return;
      path = path.substr(0, slash);
    }
  }

  End step() {
    auto name = std::move(rest_.back());
    rest_.pop_back();
    if (name.text == "..") {
      place_ = place_.substr(0, std::max<std::size_t>(place_.rfind('/'), 1));
      ::stat(place_.c_str(), &status_);
      return {};
    }
    auto next = place_.empty() ? name.text : place_ == "/" ? "/" + name.text : place_ + "/" + name.text;
    struct stat found{};
    if (::lstat(next.c_str(), &found) != 0) return ended(errno, next, name.foreseen);
    if (S_ISLNK(found.st_mode)) return follow(next);
    place_ = std::move(next);
    status_ = found;
    if (!rest_.empty() && !S_ISDIR(status_.st_mode))
      return {ENOTDIR, in_ticks(place_) + " is not a directory" + led_by_link(), name.foreseen};
    return {};
  }

  End follow(const std::string& link) {
    constexpr int most_links = 40;  // as in the kernel, path_resolution(7)
    std::array<char, PATH_MAX> target;
    auto length = ::readlink(link.c_str(), target.data(), target.size());
    if (length < 0) return {errno, in_ticks(link) + ": " + std::strerror(errno)};
    if (first_link_.empty()) first_link_ = link;
    if (++links_ > most_links) return {ELOOP, in_ticks(first_link_) + " leads to too many symbolic links"};
    link_ = link;
    target_.assign(target.data(), static_cast<std::size_t>(length));
    push(target_, true);
    if (target_.starts_with('/')) {
      place_ = "/";
      ::stat("/", &status_);
    }
    return {};
  }

  End ended(int cause, const std::string& next, bool foreseen) const {
    if (hides_homes(place_, status_, cause))
      return {cause, in_ticks(place_) +
                         " is hidden by `ProtectHome=` of the service; with `ProtectHome=read-only` it can be served "
                         "(drop-ins/home.conf)"};
    if (cause == EACCES && !place_.empty())
      return {cause, in_ticks(place_) + " may not be entered (" + owner_and_mode(status_) + ")" + led_by_link()};
    if (cause == ENOENT && !link_.empty() && foreseen)
      return {cause, in_ticks(link_) + " is a symbolic link that leads nowhere: " + in_ticks(next) + " does not exist"};
    if (cause == ENOENT) return {cause, in_ticks(next) + " does not exist", foreseen};
    return {cause, in_ticks(next) + ": " + std::strerror(cause)};
  }

  std::string led_by_link() const {
    return link_.empty() ? "" : ", where the symbolic link " + in_ticks(link_) + " leads";
  }

  std::string place_;          // where it has come to, without links
  struct stat status_{};       // of that
  std::vector<Name> rest_;     // names still to come, the next one last
  std::string first_link_;     // that was met
  std::string link_, target_;  // the last link that was followed
  int links_ = 0;
};

}  // namespace

std::string explain_path_fault(const std::string& path, int error, std::string_view deed) {
  Trace trace(path);
  if (auto end = trace.run(); end.cause != 0) return end.why;
  if (error == ENOTDIR) return in_ticks(trace.place()) + " is not a directory";
  if (error == EACCES)
    return in_ticks(trace.place()) + " may not be " + std::string(deed) + " (" + owner_and_mode(trace.status()) + ")";
  return in_ticks(path) + ": " + std::strerror(error);
}

std::string explain_escape(const std::string& root, const std::string& relative) {
  Trace to_root(root);
  auto path = root + "/" + relative;
  if (to_root.run().cause != 0) return explain_path_fault(path, EXDEV);
  auto [link, target] = Trace(to_root.place() + "/" + relative).link_out_of(to_root.place());
  if (link.empty()) return in_ticks(path) + " leads out of the root";
  return in_ticks(link) + " is a symbolic link to " + in_ticks(target) +
         ", out of the root; `symlinks = \"follow\"` would allow that";
}

std::string explain_links(const std::string& root, const std::string& relative) {
  Trace whole(root + "/" + relative, relative.size());
  if (auto end = whole.run(); end.cause == ELOOP) return end.why;
  Trace to_root(root);
  if (to_root.run().cause != 0) return explain_path_fault(root, ELOOP);
  auto link = Trace(to_root.place() + "/" + relative).first_link();
  if (link.empty()) return in_ticks(root + "/" + relative) + ": " + std::strerror(ELOOP);
  return in_ticks(link) + " is a symbolic link, and `symlinks = \"off\"` follows none";
}

std::string explain_missing(const std::string& root, const std::string& relative) {
  Trace trace(root + "/" + relative, relative.size());
  auto end = trace.run();
  auto kind = kind_of(trace.status().st_mode);
  if (end.cause == 0 && !kind.empty())
    return in_ticks(trace.place()) + " is " + std::string(kind) + ", no regular file";
  return end.cause == ENOENT && end.foreseen ? end.why : std::string();
}

}  // namespace sluice::files
