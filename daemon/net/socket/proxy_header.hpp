#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/protocol.hpp"
#include "net/socket/network.hpp"

namespace sluice::net {

/// The header that a proxy sends at the start of a connection: the PROXY protocol, versions 1 and 2.
struct ProxyHeader {
  enum class Kind : std::uint8_t {
    incomplete,  // more bytes are needed
    absent,      // the connection does not begin with a header
    broken,      // the header is invalid
    complete,
  };
  Kind kind = Kind::incomplete;
  std::size_t length = 0;              // of the header
  std::optional<Address> client = {};  // none: the proxy itself is the client, or the client has no IP address
};

/// Reads the header at the beginning of `bytes`. A header of version 2 has at most 4096 bytes.
ProxyHeader read_proxy_header(std::string_view bytes);

/// Reads the header of connections from trusted proxies, then replaces itself by the protocol of the client. For other
/// peers it does so at once. Owned by the connection.
class ProxyHeaderReader final : public Protocol {
 public:
  /// `make` creates that protocol. `patience` is the time limit for the header.
  ProxyHeaderReader(std::shared_ptr<const Networks> trusted, std::chrono::milliseconds patience,
                    std::function<std::unique_ptr<Protocol>()> make)
      : trusted_(std::move(trusted)), patience_(patience), make_(std::move(make)) {}

  void on_open(Transport& transport) override;
  void on_bytes(std::span<char> bytes) override;
  void on_eof() override { transport_->close(false); }
  void on_writable() override {}
  void on_deadline() override { transport_->close(false); }
  /// A request may be under way.
  void drain() override { transport_->set_deadline(std::chrono::seconds(1)); }

 private:
  void take(std::string_view bytes);
  void hand_over(std::string_view unread);

  Transport* transport_ = nullptr;
  std::shared_ptr<const Networks> trusted_;
  std::chrono::milliseconds patience_;
  std::function<std::unique_ptr<Protocol>()> make_;
  std::string received_;  // of an incomplete header
};

}  // namespace sluice::net
