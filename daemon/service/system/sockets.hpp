#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <vector>

#include "base/rate.hpp"
#include "net/socket/address.hpp"
#include "net/socket/socket.hpp"
#include "service/system/activation.hpp"
#include "site/site.hpp"

namespace sluice::service {

enum class ListenerKind : std::uint8_t { http, tcp_echo, udp_echo };

/// A listener that a configuration asks for.
struct WantedListener {
  ListenerKind kind = ListenerKind::http;
  net::Endpoint endpoint;
  std::chrono::milliseconds idle{};  // of an echo connection
  Rate rate{};                       // of datagrams that an echo answers
  std::string own{};                 // the name that Site::router_of() knows it by; empty: one of the server's

  /// What makes it the same listener in two configurations: "http 127.0.0.1:8080".
  std::string key() const;
};

/// All listeners of a site, in the order of its config.
std::vector<WantedListener> wanted_listeners(const site::Site& site);

/// A listener with one socket for each worker. Sockets that were not taken are closed with it.
class OpenListener {
 public:
  OpenListener(WantedListener wanted) : wanted_(std::move(wanted)) {}
  ~OpenListener();
  OpenListener(OpenListener&&) = default;
  OpenListener& operator=(OpenListener&&) = default;

  const WantedListener& wanted() const { return wanted_; }
  /// What was bound, as people write it: "http://127.0.0.1:8080", "udp://127.0.0.1:7007", "unix:/run/x.sock".
  std::string address() const;
  std::uint16_t port() const { return bound_.port(); }
  /// The socket of a worker, which from now on owns it.
  int take(std::size_t worker);

 private:
  friend std::expected<OpenListener, net::ListenError> open_listener(const WantedListener&, std::size_t);
  friend std::expected<OpenListener, net::ListenError> share_listener(const WantedListener&, const std::vector<int>&,
                                                                      std::size_t);

  WantedListener wanted_;
  net::Address bound_;
  std::string place_;     // of a socket that was passed
  std::vector<int> fds_;  // by worker; -1: taken
};

/// Opens a listener once for each of `workers` (SO_REUSEPORT, so that the kernel spreads connections).
std::expected<OpenListener, net::ListenError> open_listener(const WantedListener& wanted, std::size_t workers);

/// Gives each of `workers` a duplicate of one of the listening sockets `fds` (at least one), which remain the caller's,
/// in turn: with fewer sockets than workers some accept from one queue. Of more sockets the last ones are left out.
std::expected<OpenListener, net::ListenError> share_listener(const WantedListener& wanted, const std::vector<int>& fds,
                                                             std::size_t workers);

/// Adds the listeners that `wanted` means to `opened`: on the sockets of a predecessor, or those that systemd passed
/// (several may have one name), or else on sockets of our own.
std::expected<void, net::ListenError> open_listeners(const WantedListener& wanted, std::size_t workers,
                                                     const InheritedSockets& inherited,
                                                     std::vector<OpenListener>& opened);

}  // namespace sluice::service
