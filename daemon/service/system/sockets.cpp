#include "service/system/sockets.hpp"
#include "echo/section.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace sluice::service {

namespace {

using net::Endpoint;
using net::ListenError;

std::string_view scheme_of(ListenerKind kind) {
  switch (kind) {
    case ListenerKind::http: return "http";
    case ListenerKind::tcp_echo: return "tcp";
    case ListenerKind::udp_echo: return "udp";
  }
  return "";
}

std::expected<int, ListenError> bind(const Endpoint& endpoint, ListenerKind kind, bool share) {
  return kind == ListenerKind::udp_echo ? net::bind_datagram(endpoint, share) : net::listen_on(endpoint, share);
}

std::expected<int, ListenError> duplicate(int fd) {
  int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return std::unexpected(ListenError{errno, "cannot duplicate a listening socket"});
  return copy;
}

/// With SO_REUSEPORT a second daemon of the same user would silently take half of the connections: a socket without
/// it shows whether the address is free.
std::optional<ListenError> taken(const WantedListener& wanted) {
  if (!wanted.endpoint.unix_path.empty() || wanted.endpoint.address.port() == 0) return std::nullopt;
  auto fd = bind(wanted.endpoint, wanted.kind, false);
  if (!fd) return fd.error();
  ::close(*fd);
  return std::nullopt;
}

}  // namespace

/// A place stays the same listener whatever is served there; a port that the kernel chooses is another each time.
std::string WantedListener::key() const {
  bool chosen = endpoint.unix_path.empty() && endpoint.passed_as.empty() && endpoint.address.port() == 0;
  return std::string(scheme_of(kind)) + " " + endpoint.text + (endpoint.v6_only ? " IPv6" : "") +
         (chosen && !own.empty() ? " own" : "");
}

std::vector<WantedListener> wanted_listeners(const site::Site& site) {
  std::vector<WantedListener> all;
  for (const auto& listen : site.server.listen) all.push_back({ListenerKind::http, *listen, {}});
  for (const auto& own : site.own_listeners) all.push_back({ListenerKind::http, *own.listen, {}, {}, own.listen->text});
  for (const auto& echo : site.parts.get<echo::Echoes>()) {
    auto kind = echo.listen->datagrams ? ListenerKind::udp_echo : ListenerKind::tcp_echo;
    all.push_back({kind, echo.listen->endpoint, echo.idle, echo.rate});
  }
  return all;
}

OpenListener::~OpenListener() {
  for (int fd : fds_)
    if (fd >= 0) ::close(fd);
}

std::string OpenListener::address() const {
  if (!wanted_.endpoint.unix_path.empty()) return wanted_.endpoint.text;
  if (place_.starts_with("unix:")) return place_;
  return std::string(scheme_of(wanted_.kind)) + "://" + bound_.text();
}

int OpenListener::take(std::size_t worker) { return std::exchange(fds_[worker], -1); }

std::expected<OpenListener, ListenError> open_listener(const WantedListener& wanted, std::size_t workers) {
  if (workers > 1) {
    if (auto error = taken(wanted)) return std::unexpected(*error);
  }
  OpenListener listener(wanted);
  auto endpoint = wanted.endpoint;
  for (std::size_t i = 0; i < workers; ++i) {
    bool is_copy = i > 0 && !endpoint.unix_path.empty();
    auto fd = is_copy ? duplicate(listener.fds_.back()) : bind(endpoint, wanted.kind, workers > 1);
    if (!fd) return std::unexpected(fd.error());
    listener.fds_.push_back(*fd);
    listener.bound_ = net::local_address(*fd);
    if (endpoint.unix_path.empty()) endpoint.address = listener.bound_;  // port 0: all take the kernel's choice
  }
  return listener;
}

std::expected<OpenListener, ListenError> share_listener(const WantedListener& wanted, const std::vector<int>& fds,
                                                        std::size_t workers) {
  OpenListener listener(wanted);
  listener.bound_ = net::local_address(fds[0]);
  listener.place_ = listening_place(fds[0]);
  for (std::size_t i = 0; i < workers; ++i) {
    auto copy = duplicate(fds[i % fds.size()]);
    if (!copy) return std::unexpected(copy.error());
    listener.fds_.push_back(*copy);
  }
  return listener;
}

std::expected<void, ListenError> open_listeners(const WantedListener& wanted, std::size_t workers,
                                                const InheritedSockets& inherited, std::vector<OpenListener>& opened) {
  auto handed = inherited.handed_over(wanted.key());
  auto passed = inherited.find(wanted.endpoint, wanted.kind == ListenerKind::udp_echo);
  if (passed.empty() && handed.empty() && !wanted.endpoint.passed_as.empty())
    return std::unexpected(ListenError{ENOENT, "systemd passed no socket named `" + wanted.endpoint.passed_as +
                                                   "` (passed: " + inherited.names() +
                                                   "); start the socket unit, and check its FileDescriptorName="});
  auto add = [&](std::expected<OpenListener, ListenError> listener) -> std::expected<void, ListenError> {
    if (!listener) return std::unexpected(listener.error());
    opened.push_back(std::move(*listener));
    return {};
  };
  // A queue that nobody accepted from would hold connections for ever: a listener for every so many of the sockets.
  for (std::size_t at = 0; at < handed.size(); at += workers) {
    auto end = std::min(at + workers, handed.size());
    std::vector<int> some(handed.begin() + static_cast<std::ptrdiff_t>(at),
                          handed.begin() + static_cast<std::ptrdiff_t>(end));
    if (auto added = add(share_listener(wanted, some, workers)); !added) return added;
  }
  if (!handed.empty()) return {};
  if (passed.empty()) return add(open_listener(wanted, workers));
  for (int fd : passed)
    if (auto added = add(share_listener(wanted, {fd}, workers)); !added) return added;
  return {};
}

}  // namespace sluice::service
