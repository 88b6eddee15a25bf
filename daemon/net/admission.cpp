#include "net/admission.hpp"

#include <netinet/in.h>

#include <cstring>

namespace sluice::net {

std::optional<Admission::Key> Admission::key_of(const Address& peer) {
  Key key{};
  if (peer.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(peer.raw());
    std::memcpy(key.data(), &v4->sin_addr, sizeof v4->sin_addr);
    return key;
  }
  if (peer.family() != AF_INET6) return std::nullopt;  // whoever comes by a Unix socket has no address
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(peer.raw());
  const auto* octets = v6->sin6_addr.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
    std::memcpy(key.data(), octets + 12, 4);
  } else {
    std::memcpy(key.data(), octets, 8);
  }
  return key;
}

std::size_t Admission::Hash::operator()(const Key& key) const {
  std::uint64_t number;
  std::memcpy(&number, key.data(), sizeof number);
  number *= 0x9e3779b97f4a7c15u;
  return static_cast<std::size_t>(number ^ number >> 32);
}

bool Admission::enter(const Address& peer, bool& counted) {
  counted = false;
  if (refusing.load(std::memory_order_relaxed)) return false;
  auto limit = per_address.load(std::memory_order_relaxed);
  if (limit == 0) return true;
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
