#include "messaging/connection_slot.hpp"

namespace sluice::messaging {

ConnectionSlot::~ConnectionSlot() {
  if (counted_) --lease_->connections;
  if (address_) lease_->addresses.leave(*address_);
}

std::expected<ConnectionSlot, http::Status> ConnectionSlot::take(std::shared_ptr<site::Lease> lease, std::uint32_t most,
                                                                 const net::Address& peer) {
  ConnectionSlot slot;
  slot.lease_ = std::move(lease);
  if (most != 0) {
    slot.counted_ = true;
    if (slot.lease_->connections++ >= most) return std::unexpected(http::Status{503});
  }
  bool counted = false;
  if (!slot.lease_->addresses.enter(peer, counted)) return std::unexpected(http::Status{429});
  if (counted) slot.address_ = std::make_unique<net::Address>(peer);
  return slot;
}

}  // namespace sluice::messaging
