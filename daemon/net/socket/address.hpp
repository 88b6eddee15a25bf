#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace sluice::net {

/// The address of one end of a connection: IPv4, IPv6, or a Unix socket (whose peers have no name).
/// A small value.
class Address {
 public:
  Address() = default;
  explicit Address(const sockaddr* address);
  explicit Address(const sockaddr_in& address) { storage_.v4 = address; }
  explicit Address(const sockaddr_in6& address) { storage_.v6 = address; }

  /// Reads an IPv4 or IPv6 address without brackets; port 0 unless given. Nothing for anything else.
  static std::optional<Address> parse_ip(std::string_view text, std::uint16_t port = 0);

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t length() const;
  int family() const { return raw()->sa_family; }
  /// 0 for a Unix socket.
  std::uint16_t port() const;
  /// "0.0.0.0" or "::": every address of its family.
  bool is_any() const;
  /// Only the host: "127.0.0.1", "::1", "unix". No brackets.
  std::string host() const;
  /// "127.0.0.1:8080", "[::1]:8080", "unix".
  std::string text() const;

  bool operator==(const Address& other) const;

 private:
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_{};
};

/// Where a listener binds, as the config names it.
struct Endpoint {
  std::string text;       // as written
  std::string unix_path;  // not empty: a Unix socket; one that begins with `@` is a name without a file (unix(7))
  std::string passed_as;  // not empty: a socket that systemd passes under this name
  Address address;        // else

  bool v6_only = false;        // the wildcard of IPv6 leaves IPv4 to another listener
  std::optional<mode_t> mode;  // of the file of a Unix socket
  std::optional<gid_t> group;  // the same

  bool has_file() const { return !unix_path.empty() && !unix_path.starts_with('@'); }

  /// Reads "127.0.0.1:8080", "[::1]:8080", ":8080" (every address, IPv4 and IPv6 on one socket),
  /// "localhost:8080" (127.0.0.1), "unix:/path", "unix:@name" or "systemd:NAME". Port 0 lets the kernel choose.
  static Result<Endpoint> parse(std::string_view text);
};

}  // namespace sluice::net
