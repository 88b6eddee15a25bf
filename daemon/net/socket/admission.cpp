#include "net/socket/admission.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace sluice::net {

namespace {

std::span<const std::uint8_t, 16> ipv6_octets(const Address& peer) {
  return reinterpret_cast<const sockaddr_in6*>(peer.raw())->sin6_addr.s6_addr;
}

/// The address of an IPv4 client, also where it came by a socket of IPv6 (::ffff:192.0.2.1).
std::optional<std::array<std::uint8_t, 4>> ipv4_octets(const Address& peer) {
  std::array<std::uint8_t, 4> octets;
  if (peer.family() == AF_INET) {
    std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in*>(peer.raw())->sin_addr, octets.size());
    return octets;
  }
  if (peer.family() != AF_INET6) return std::nullopt;
  if (!IN6_IS_ADDR_V4MAPPED(&reinterpret_cast<const sockaddr_in6*>(peer.raw())->sin6_addr)) return std::nullopt;
  std::ranges::copy(ipv6_octets(peer).last(4), octets.begin());
  return octets;
}

}  // namespace

std::optional<Admission::Key> Admission::key_of(const Address& peer) {
  Key key{};
  if (auto v4 = ipv4_octets(peer)) {
    key[0] = 4;
    std::ranges::copy(*v4, key.begin() + 1);
    return key;
  }
  if (peer.family() != AF_INET6) return std::nullopt;  // whoever comes by a Unix socket has no address
  key[0] = 6;
  std::ranges::copy(ipv6_octets(peer).first(8), key.begin() + 1);
  return key;
}

bool is_private(const Address& peer) {
  if (auto v4 = ipv4_octets(peer)) {
    auto [a, b, c, d] = *v4;
    return a == 10 || a == 127 || (a == 172 && (b & 0xf0) == 16) || (a == 192 && b == 168) || (a == 169 && b == 254);
  }
  if (peer.family() != AF_INET6) return true;
  const auto& address = reinterpret_cast<const sockaddr_in6*>(peer.raw())->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_LINKLOCAL(&address) || (address.s6_addr[0] & 0xfe) == 0xfc;
}

std::size_t Admission::Hash::operator()(const Key& key) const {
  std::uint64_t number;
  std::memcpy(&number, key.data() + 1, sizeof number);
  number += key[0];
  number *= 0x9e3779b97f4a7c15u;
  return static_cast<std::size_t>(number ^ number >> 32);
}

bool Admission::enter(const Address& peer, bool& counted) {
  counted = false;
  auto limit = per_address.load(std::memory_order_relaxed);
  if (limit == 0) return true;
  if (!counts_private.load(std::memory_order_relaxed) && is_private(peer)) return true;
  auto key = key_of(peer);
  if (!key) return true;
  auto& shard = shard_of(*key);
  std::lock_guard lock(shard.mutex);
  auto& count = shard.counts[*key];
  if (count >= limit) return false;
  ++count;
  counted = true;
  return true;
}

void Admission::leave(const Address& peer) {
  auto key = key_of(peer);
  if (!key) return;
  auto& shard = shard_of(*key);
  std::lock_guard lock(shard.mutex);
  auto found = shard.counts.find(*key);
  if (found != shard.counts.end() && --found->second == 0) shard.counts.erase(found);
}

}  // namespace sluice::net
