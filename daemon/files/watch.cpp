#include "files/watch.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <mutex>
#include <optional>

namespace sluice::files {

namespace {

/// A signal handler may touch nothing else. Volatile, because it runs between any two instructions of its
/// thread.
thread_local volatile int thread_changed = 0;

void on_sigio(int) { thread_changed = 1; }

/// Without a handler SIGIO would end the process.
bool install_handler() {
  static const bool installed = [] {
    struct sigaction action{};
    action.sa_handler = on_sigio;
    action.sa_flags = SA_RESTART;
    return ::sigaction(SIGIO, &action, nullptr) == 0;
  }();
  return installed;
}

bool unblock_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGIO);
  return ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr) == 0;
}

/// Splits a path into components, the first at the back.
void push_components(std::vector<std::string>& pending, std::string_view path) {
  while (!path.empty()) {
    auto slash = path.rfind('/');
    auto component = slash == std::string_view::npos ? path : path.substr(slash + 1);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    if (!component.empty() && component != ".") pending.emplace_back(component);
  }
}

std::optional<std::string> read_link(const std::string& path) {
  std::array<char, PATH_MAX> target;
  auto size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace

std::vector<std::string> lookup_chain(const std::string& name) {
  constexpr int most_links = 40;  // as in the kernel
  std::vector<std::string> chain, pending;
  push_components(pending, name);
  std::string place;  // without a slash at its end; empty: the root directory
  for (int links = 0; !pending.empty();) {
    auto component = std::move(pending.back());
    pending.pop_back();
    if (component == "..") {
      auto slash = place.rfind('/');
      place.resize(slash == std::string::npos ? 0 : slash);
      continue;
    }
    auto next = place + "/" + component;
    struct stat status{};
    if (::lstat(next.c_str(), &status) != 0) return {};
    chain.push_back(next);
    if (!S_ISLNK(status.st_mode)) {
      place = std::move(next);
      continue;
    }
    auto target = read_link(next);
    if (!target || ++links > most_links) return {};
    if (target->starts_with('/')) place.clear();
    push_components(pending, *target);
  }
  return chain;
}

volatile int* FileWatch::no_change() {
  static volatile int never = 0;
  return &never;
}

FileWatch::~FileWatch() { close(); }

bool FileWatch::open() {
  if (inotify_) return true;
  if (!install_handler() || !unblock_signal()) return false;
  inotify_ = FileDescriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_) return false;
  f_owner_ex owner{.type = F_OWNER_TID, .pid = ::gettid()};
  int flags = ::fcntl(inotify_.get(), F_GETFL);
  if (::fcntl(inotify_.get(), F_SETOWN_EX, &owner) != 0 || ::fcntl(inotify_.get(), F_SETFL, flags | O_ASYNC) != 0) {
    close();
    return false;
  }
  changed_ = &thread_changed;
  return true;
}

void FileWatch::close() {
  inotify_.reset();
  watched_.clear();
  added_ = 0;
  ++generation_;
  changed_ = no_change();
}

/// Takes the reports away. What they say does not matter: everything is looked at again. Changed names may
/// stand for other inodes now, so all are watched anew; adding a watch that exists is harmless.
void FileWatch::collect() {
  alignas(inotify_event) std::array<char, 16 * 1024> events;
  *changed_ = 0;  // before reading: a report that comes meanwhile sets it again
  while (::read(inotify_.get(), events.data(), events.size()) > 0) {
  }
  watched_.clear();
  ++generation_;
}

bool FileWatch::add(const std::string& path, std::uint32_t also) {
  constexpr std::uint32_t always = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW | IN_MASK_ADD;
  auto& reported = watched_[path];
  if (reported != 0 && (reported & also) == also) return true;
  if (::inotify_add_watch(inotify_.get(), path.c_str(), always | also) < 0) return false;
  ++added_;
  reported |= IN_ATTRIB | also;
  return true;
}

bool FileWatch::watch_chain(const std::string& name, std::uint32_t at_its_end) {
  if (added_ >= most) close();
  if (!open()) return false;
  auto chain = lookup_chain(name);
  if (chain.empty()) return false;
  for (const auto& path : chain) {
    if (!add(path, &path == &chain.back() ? at_its_end : 0)) return false;
  }
  // A link that was switched before its watch began leads elsewhere now.
  return lookup_chain(name) == chain;
}

bool FileWatch::watch(const std::string& name) { return watch_chain(name, IN_MODIFY); }

bool FileWatch::watch_absence(const std::string& name) {
  auto slash = name.rfind('/');
  return watch_chain(name.substr(0, slash), IN_CREATE | IN_MOVED_TO);
}

}  // namespace sluice::files
