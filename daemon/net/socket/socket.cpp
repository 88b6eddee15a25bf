#include "net/socket/socket.hpp"

#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "net/socket/port_holder.hpp"

namespace sluice::net {

namespace {

constexpr int backlog = 4096;  // the kernel cuts it to net.core.somaxconn

/// Who uses an address that is taken.
std::string explain_taken(const Endpoint& endpoint, bool datagrams) {
  auto holder = endpoint.unix_path.empty() ? port_holder(endpoint.address, datagrams) : PortHolder();
  if (holder.process == ::getpid())
    return "; an address on which this server listens already includes it. A restart can change from one to the other";
  if (!holder.name.empty())
    return "; " + holder.name + " (process " + std::to_string(holder.process) + ") uses this address";
  if (!endpoint.unix_path.empty()) return "; another program uses this address (`ss -lxp` shows which)";
  return std::string("; another program uses this address (`ss -") + (datagrams ? "lunp" : "ltnp") + "` shows which)";
}

ListenError explain(const Endpoint& endpoint, const char* step, int code, bool datagrams) {
  auto message = "cannot " + std::string(step) + " " + endpoint.text + ": " + std::strerror(code);
  if (code == EADDRINUSE) message += explain_taken(endpoint, datagrams);
  if (code == EADDRNOTAVAIL) message += "; no interface of this machine has this address";
  if (code == EPERM && endpoint.group)
    message += "; the process must be a member of the group: SupplementaryGroups= in its unit";
  if (code == EACCES && endpoint.unix_path.empty())
    message +=
        "; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE, which sluice.service gives; or "
        "let "
        "sluice.socket hold the port, and listen on \"systemd:http\"";
  return {code, message};
}

void set_option(int fd, int level, int option, int value = 1) { ::setsockopt(fd, level, option, &value, sizeof value); }

std::expected<int, ListenError> fail_with(int fd, const Endpoint& endpoint, const char* step, bool datagrams = false) {
  auto code = errno;
  if (fd >= 0) ::close(fd);
  return std::unexpected(explain(endpoint, step, code, datagrams));
}

/// Binds IPv4 or IPv6; the wildcard of IPv6 takes IPv4 clients too, unless another listener does.
std::expected<int, ListenError> bind_ip(const Endpoint& endpoint, int type, bool share) {
  const auto& address = endpoint.address;
  int fd = ::socket(address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 && errno == EAFNOSUPPORT && address.host() == "::" && !endpoint.v6_only) {  // a machine without IPv6
    auto v4 = Endpoint::parse("0.0.0.0:" + std::to_string(address.port()));
    v4->text = endpoint.text;
    return bind_ip(*v4, type, share);
  }
  if (fd < 0) return fail_with(fd, endpoint, "make a socket for");
  set_option(fd, SOL_SOCKET, SO_REUSEADDR);
  if (share) set_option(fd, SOL_SOCKET, SO_REUSEPORT);
  if (address.family() == AF_INET6) {
    int only = address.is_any() && !endpoint.v6_only ? 0 : 1;
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  }
  if (type == SOCK_STREAM) prepare_for_accepting(fd);
  if (::bind(fd, address.raw(), address.length()) != 0) return fail_with(fd, endpoint, "listen on", type == SOCK_DGRAM);
  return fd;
}

/// True when the socket file is left over from a process that has ended.
bool is_stale(const sockaddr_un& name) {
  struct stat info{};
  if (::lstat(name.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool refused = ::connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

std::expected<int, ListenError> bind_unix(const Endpoint& endpoint) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, endpoint.unix_path.c_str(), endpoint.unix_path.size() + 1);
  socklen_t length = sizeof name;
  if (!endpoint.has_file()) {
    name.sun_path[0] = '\0';
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + endpoint.unix_path.size());
  }
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail_with(fd, endpoint, "make a socket for");
  if (endpoint.has_file() && is_stale(name)) ::unlink(name.sun_path);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&name), length) != 0) return fail_with(fd, endpoint, "listen on");
  // Before listen(): until then nobody can connect.
  if (auto set = set_permissions(endpoint); !set) {
    ::unlink(name.sun_path);
    ::close(fd);
    return std::unexpected(set.error());
  }
  return fd;
}

}  // namespace

void prepare_for_accepting(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  unsigned unsent = 256 * 1024;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

void let_kernel_take_more(int fd) {
  unsigned unlimited = 0xFFFFFFFF;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unlimited, sizeof unlimited);
}

/// A peer that has closed its socket knows of the connection for a minute more (net.ipv4.tcp_fin_timeout).
void probe_peer(int fd) {
  constexpr int seconds = 20;
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE);
}

std::expected<int, ListenError> listen_on(const Endpoint& endpoint, bool share) {
  auto fd = endpoint.unix_path.empty() ? bind_ip(endpoint, SOCK_STREAM, share) : bind_unix(endpoint);
  if (!fd) return fd;
  if (::listen(*fd, backlog) != 0) return fail_with(*fd, endpoint, "listen on");
  return fd;
}

std::expected<void, ListenError> set_permissions(const Endpoint& endpoint) {
  if (!endpoint.has_file()) return {};
  const char* file = endpoint.unix_path.c_str();
  const char* failed = nullptr;
  if (endpoint.group && ::chown(file, static_cast<uid_t>(-1), *endpoint.group) != 0) failed = "set the group of";
  if (!failed && endpoint.mode && ::chmod(file, *endpoint.mode) != 0) failed = "set the mode of";
  if (failed) return std::unexpected(explain(endpoint, failed, errno, false));
  return {};
}

std::expected<int, ListenError> bind_datagram(const Endpoint& endpoint, bool share) {
  return bind_ip(endpoint, SOCK_DGRAM, share);
}

Address local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  return Address(reinterpret_cast<sockaddr*>(&storage));
}

}  // namespace sluice::net
