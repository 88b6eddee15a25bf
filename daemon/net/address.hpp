#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace sluice::net {

/// The address of a socket: IPv4, IPv6 or a Unix path. A small value.
class Address {
 public:
  Address() = default;
  Address(const sockaddr* address, socklen_t length);

  /// Reads "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses, both families where the kernel has them),
  /// "localhost:8080" (both loopback addresses are one listener each: resolved by the caller), "unix:/path".
  static Result<Address> parse(std::string_view text);

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(storage_); }
  socklen_t length() const { return length_; }
  int family() const { return raw()->sa_family; }
  std::uint16_t port() const;
  /// Only the host: "127.0.0.1", "::1", "unix". No brackets.
  std::string host() const;
  /// "127.0.0.1:8080", "[::1]:8080", "unix:/path".
  std::string text() const;

  bool operator==(const Address& other) const;

 private:
  // sockaddr_un is the largest (110 octets) but only listeners use it; connections of a Unix listener have no
  // name. IPv6 needs 28, so a path longer than this lives in `path_`.
  alignas(8) unsigned char storage_[28] = {};
  socklen_t length_ = 0;
  std::string path_;
};

}  // namespace sluice::net
