#include "service/system/activation.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "net/socket/socket.hpp"

namespace sluice::service {

namespace {

constexpr int first_passed = 3;  // SD_LISTEN_FDS_START
constexpr int most_passed = 1024;

int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : 0;
}

std::vector<std::string> split_names(const char* text) {
  std::vector<std::string> names;
  for (std::string_view rest = text ? text : ""; !rest.empty();) {
    auto colon = rest.find(':');
    names.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  }
  return names;
}

/// What our own listeners have, too.
void prepare(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  net::prepare_for_accepting(fd);
}

int option(int fd, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

bool serves_as(int fd, bool datagrams) {
  return option(fd, SO_TYPE) == (datagrams ? SOCK_DGRAM : SOCK_STREAM) && (datagrams || option(fd, SO_ACCEPTCONN) == 1);
}

std::string unix_path(int fd) {
  sockaddr_un name{};
  socklen_t length = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0 || name.sun_family != AF_UNIX) return {};
  auto size = length - offsetof(sockaddr_un, sun_path);
  bool is_abstract = length > offsetof(sockaddr_un, sun_path) && name.sun_path[0] == '\0';
  if (is_abstract) return "@" + std::string(name.sun_path + 1, size - 1);
  return std::string(name.sun_path, ::strnlen(name.sun_path, sizeof name.sun_path));
}

bool bound_to(int fd, const net::Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return unix_path(fd) == endpoint.unix_path;
  return endpoint.address.port() != 0 && net::local_address(fd) == endpoint.address;
}

}  // namespace

InheritedSockets InheritedSockets::from_environment() {
  std::vector<Socket> sockets;
  if (number_in("LISTEN_PID") == ::getpid()) {
    auto names = split_names(std::getenv("LISTEN_FDNAMES"));
    auto count = static_cast<std::size_t>(std::clamp(number_in("LISTEN_FDS"), 0, most_passed));
    for (std::size_t i = 0; i < count; ++i) {
      auto fd = first_passed + static_cast<int>(i);
      prepare(fd);
      sockets.push_back({i < names.size() ? names[i] : "unknown", FileDescriptor(fd)});
    }
  }
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(variable);
  return InheritedSockets(std::move(sockets));
}

std::vector<int> InheritedSockets::find(const net::Endpoint& endpoint, bool datagrams) const {
  std::vector<int> found;
  for (const auto& socket : sockets_) {
    if (!socket.key.empty()) continue;
    bool meant = endpoint.passed_as.empty() ? bound_to(socket.fd.get(), endpoint) : socket.name == endpoint.passed_as;
    if (meant && serves_as(socket.fd.get(), datagrams)) found.push_back(socket.fd.get());
  }
  return found;
}

std::vector<int> InheritedSockets::handed_over(std::string_view key) const {
  std::vector<int> found;
  for (const auto& socket : sockets_)
    if (!key.empty() && socket.key == key) found.push_back(socket.fd.get());
  return found;
}

void InheritedSockets::add(std::string key, std::string name, int fd) {
  prepare(fd);
  sockets_.push_back({std::move(name), FileDescriptor(fd), std::move(key)});
}

void InheritedSockets::forget_handed_over() {
  std::erase_if(sockets_, [](const Socket& socket) { return !socket.key.empty(); });
}

std::string InheritedSockets::names() const {
  std::string all;
  for (const auto& socket : sockets_)
    if (socket.key.empty()) all.append(all.empty() ? "" : ", ").append(socket.name);
  return all.empty() ? "none" : all;
}

std::string listening_place(int fd) {
  auto path = unix_path(fd);
  return path.empty() ? net::local_address(fd).text() : "unix:" + path;
}

}  // namespace sluice::service
