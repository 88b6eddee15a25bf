#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <utility>

#include "http/status.hpp"
#include "net/address.hpp"
#include "site/tenure.hpp"

namespace sluice::handlers {

/// The place of a connection among those of its endpoint; given back with it. Any thread.
class WebSocketSeat {
 public:
  WebSocketSeat() = default;
  ~WebSocketSeat();
  WebSocketSeat(WebSocketSeat&& other) noexcept { swap(other); }
  WebSocketSeat& operator=(WebSocketSeat&& other) noexcept {
    swap(other);
    return *this;
  }

  /// Takes a place for `peer` among at most `most` (0: no limit) and those that the tenure allows one
  /// address. 503 when the endpoint is full, 429 when the address has too many.
  static std::expected<WebSocketSeat, http::Status> take(std::shared_ptr<site::Tenure> tenure, std::uint32_t most,
                                                         const net::Address& peer);

  /// The endpoint is not in force any more.
  bool endpoint_gone() const { return tenure_ && tenure_->over(); }

 private:
  void swap(WebSocketSeat& other) noexcept {
    std::swap(tenure_, other.tenure_);
    std::swap(address_, other.address_);
    std::swap(counted_, other.counted_);
  }

  std::shared_ptr<site::Tenure> tenure_;
  std::unique_ptr<net::Address> address_;  // where those of an address are counted
  bool counted_ = false;
};

}  // namespace sluice::handlers
