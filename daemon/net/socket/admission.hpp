#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "net/socket/address.hpp"

namespace sluice::net {

/// Says whether a new connection may stay: counts those of each address over all workers. Shared by the workers, which
/// ask when a connection comes and goes and at no other time; outlives them. An IPv6 client is its /64, which is what
/// one subscriber has.
class Admission {
 public:
  /// Most connections of one address; 0: no limit. Any thread may change it.
  std::atomic<std::uint32_t> per_address{0};
  /// Whether that is so for addresses too that only the machine itself and its own network can have, from which a proxy
  /// may bring the connections of many.
  std::atomic<bool> counts_private{true};
  /// Memory is short: a new connection is a guest, or is refused.
  std::atomic<bool> memory_short{false};

  /// Whether a connection from `peer` may stay. `counted` tells that leave() must follow.
  bool enter(const Address& peer, bool& counted);
  void leave(const Address& peer);

 private:
  /// The family, so that no two kinds meet, and the address or the network.
  using Key = std::array<std::uint8_t, 9>;
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<Key, std::uint32_t, Hash> counts;
  };

  static std::optional<Key> key_of(const Address& peer);
  Shard& shard_of(const Key& key) { return shards_[Hash()(key) % shards_.size()]; }

  std::array<Shard, 32> shards_;
};

/// Whether no one from the internet has this address: loopback, private networks (RFC 1918, RFC 4193), link-local.
bool is_private(const Address& peer);

}  // namespace sluice::net
