#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/socket/address.hpp"

namespace sluice::net {

/// Some addresses of clients: one, a block of them, or all that connect by a Unix socket. A small value.
class Network {
 public:
  /// Reads "192.0.2.7", "192.0.2.0/24", "2001:db8::/32" (RFC 4632, RFC 4291 §2.3) or "unix". Bits behind the prefix
  /// must be zero: the error says which block was meant.
  static Result<Network> parse(std::string_view text);
  /// An IPv4 client of an IPv6 socket (::ffff:a.b.c.d) counts as IPv4, which no block of IPv6 contains.
  bool contains(const Address& address) const;

 private:
  std::array<std::uint8_t, 16> bytes_{};  // IPv4 in the form ::ffff:a.b.c.d
  int prefix_ = 128;
  bool unix_ = false;
};

/// A list of them.
using Networks = std::vector<Network>;
bool contains(const Networks& networks, const Address& address);

/// The networks of a word: "loopback" (127.0.0.0/8, ::1), "private" (RFC 1918, RFC 4193, link-local, and loopback).
/// Empty: no such word.
Networks networks_by_name(std::string_view word);

}  // namespace sluice::net
