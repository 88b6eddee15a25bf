#include "service/sockets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace sluice::service {

namespace {

using net::Endpoint;
using net::ListenError;
using Kind = WorkerSocket::Kind;

class Opener {
 public:
  explicit Opener(std::size_t workers) { sockets_.of_worker.resize(workers); }
  ~Opener() {
    for (int fd : opened_) ::close(fd);
  }

  std::expected<std::string, ListenError> open(const Endpoint& endpoint, Kind kind, std::chrono::milliseconds idle) {
    if (auto taken = probe(endpoint, kind)) return std::unexpected(*taken);
    auto each = endpoint;
    for (std::size_t i = 0; i < sockets_.of_worker.size(); ++i) {
      auto fd = i > 0 && !endpoint.unix_path.empty() ? duplicate(opened_.back()) : bind(each, kind, shared());
      if (!fd) return std::unexpected(fd.error());
      opened_.push_back(*fd);
      sockets_.of_worker[i].push_back({kind, *fd, idle});
      if (endpoint.unix_path.empty()) each.address = net::local_address(*fd);  // port 0: all take the kernel's choice
    }
    if (kind == Kind::http && sockets_.first_port == 0) sockets_.first_port = each.address.port();
    return endpoint.unix_path.empty() ? each.address.text() : endpoint.text;
  }

  OpenSockets& sockets() { return sockets_; }
  OpenSockets release() {
    opened_.clear();
    return std::move(sockets_);
  }

 private:
  bool shared() const { return sockets_.of_worker.size() > 1; }

  static std::expected<int, ListenError> bind(const Endpoint& endpoint, Kind kind, bool share) {
    return kind == Kind::udp_echo ? net::bind_datagram(endpoint, share) : net::listen_on(endpoint, share);
  }

  static std::expected<int, ListenError> duplicate(int fd) {
    int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return std::unexpected(ListenError{errno, "cannot duplicate a listening socket"});
    return copy;
  }

  /// With SO_REUSEPORT a second daemon of the same user would silently take half of the connections: a socket without
  /// it shows whether the address is free.
  std::optional<ListenError> probe(const Endpoint& endpoint, Kind kind) const {
    if (!shared() || !endpoint.unix_path.empty() || endpoint.address.port() == 0) return std::nullopt;
    auto fd = bind(endpoint, kind, false);
    if (!fd) return fd.error();
    ::close(*fd);
    return std::nullopt;
  }

  OpenSockets sockets_;
  std::vector<int> opened_;
};

}  // namespace

std::expected<OpenSockets, ListenError> open_sockets(const site::Site& site, std::size_t workers) {
  Opener opener(workers);
  for (const auto& listen : site.server.listen) {
    auto bound = opener.open(*listen, Kind::http, {});
    if (!bound) return std::unexpected(bound.error());
    opener.sockets().http.push_back(listen->unix_path.empty() ? "http://" + *bound : *bound);
  }
  for (const auto& echo : site.echoes) {
    auto kind = echo.listen->datagrams ? Kind::udp_echo : Kind::tcp_echo;
    auto bound = opener.open(echo.listen->endpoint, kind, echo.idle);
    if (!bound) return std::unexpected(bound.error());
    opener.sockets().echo.push_back((echo.listen->datagrams ? "udp://" : "tcp://") + *bound);
  }
  return opener.release();
}

}  // namespace sluice::service
