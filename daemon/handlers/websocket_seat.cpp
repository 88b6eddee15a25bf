#include "handlers/websocket_seat.hpp"

namespace sluice::handlers {

WebSocketSeat::~WebSocketSeat() {
  if (counted_) --tenure_->connections;
  if (address_) tenure_->addresses.leave(*address_);
}

std::expected<WebSocketSeat, http::Status> WebSocketSeat::take(std::shared_ptr<site::Tenure> tenure, std::uint32_t most,
                                                               const net::Address& peer) {
  WebSocketSeat seat;
  seat.tenure_ = std::move(tenure);
  if (most != 0) {
    seat.counted_ = true;
    if (seat.tenure_->connections++ >= most) return std::unexpected(http::Status{503});
  }
  bool counted = false;
  if (!seat.tenure_->addresses.enter(peer, counted)) return std::unexpected(http::Status{429});
  if (counted) seat.address_ = std::make_unique<net::Address>(peer);
  return seat;
}

}  // namespace sluice::handlers
