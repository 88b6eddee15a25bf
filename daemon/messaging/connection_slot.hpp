#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <utility>

#include "http/status.hpp"
#include "net/socket/address.hpp"
#include "site/lease.hpp"

namespace sluice::messaging {

/// The place of a connection among those of its endpoint; given back with it. Any thread.
class ConnectionSlot {
 public:
  ConnectionSlot() = default;
  ~ConnectionSlot();
  ConnectionSlot(ConnectionSlot&& other) noexcept { swap(other); }
  ConnectionSlot& operator=(ConnectionSlot&& other) noexcept {
    swap(other);
    return *this;
  }

  /// Takes a place for `peer` among at most `most` (0: no limit) and those that the lease allows one
  /// address. 503 when the endpoint is full, 429 when the address has too many.
  static std::expected<ConnectionSlot, http::Status> take(std::shared_ptr<site::Lease> lease, std::uint32_t most,
                                                          const net::Address& peer);

  /// The endpoint was removed or changed by a reload.
  bool endpoint_gone() const { return lease_ && lease_->over(); }

 private:
  void swap(ConnectionSlot& other) noexcept {
    std::swap(lease_, other.lease_);
    std::swap(address_, other.address_);
    std::swap(counted_, other.counted_);
  }

  std::shared_ptr<site::Lease> lease_;
  std::unique_ptr<net::Address> address_;  // where those of an address are counted
  bool counted_ = false;
};

}  // namespace sluice::messaging
