#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "net/socket/address.hpp"

namespace sluice::service {

/// The listening sockets that systemd opened for the daemon (socket activation, sd_listen_fds(3)), and those that a
/// predecessor handed over. They stay open, and with them the kernel's queue, as long as this object lives; listeners
/// get duplicates.
class InheritedSockets {
 public:
  struct Socket {
    std::string name;  // FileDescriptorName= of the socket unit; without one its name: "sluice.socket"
    FileDescriptor fd;
    std::string key{};  // of a socket that a predecessor handed over: the listener it belongs to
  };

  InheritedSockets() = default;
  explicit InheritedSockets(std::vector<Socket> sockets) : sockets_(std::move(sockets)) {}

  /// Takes what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say is meant for this process, and removes these variables.
  static InheritedSockets from_environment();

  /// The sockets that `endpoint` means: those with its name, or else those bound to its address. `datagrams` tells UDP
  /// from TCP. The descriptors remain owned by this object.
  std::vector<int> find(const net::Endpoint& endpoint, bool datagrams) const;
  /// Those that a predecessor used for the listener `key`. They remain owned by this object.
  std::vector<int> handed_over(std::string_view key) const;
  /// Adds a socket that a predecessor handed over; `fd` becomes this object's.
  void add(std::string key, std::string name, int fd);
  /// Closes what was handed over for listeners: whoever needed it has a duplicate.
  void forget_handed_over();
  const std::vector<Socket>& all() const { return sockets_; }
  /// "http, sluice.socket": for messages; "none" when there are none.
  std::string names() const;
  std::size_t size() const { return sockets_.size(); }

 private:
  std::vector<Socket> sockets_;
};

/// Where a socket listens, as the log names it: "127.0.0.1:8080", "unix:/run/sluice/http".
std::string listening_place(int fd);

}  // namespace sluice::service
