#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop/turn_budget.hpp"

/// The extension permessage-deflate (RFC 7692): negotiation and the two directions of compression.
namespace sluice::websocket {

/// How an endpoint compresses. Part of its configuration.
struct DeflateOptions {
  bool enabled = false;
  /// Context take-over: a message may refer to those before it. Compresses better, and costs each connection
  /// its own state (up to 300 KiB); without it all connections of a thread share one.
  bool keep_server_context = false;
  bool keep_client_context = false;
  std::uint8_t server_window_bits = 15;  // 9 to 15: what we compress with at most
  std::uint8_t client_window_bits = 15;  // what clients that can be told may compress with at most
  std::uint8_t level = 6;                // 1 to 9, zlib's
  std::uint64_t threshold = 256;         // octets; shorter messages are sent as they are
};

/// What the two sides agreed on.
struct DeflateAgreement {
  bool server_context = true;
  bool client_context = true;
  std::uint8_t server_window_bits = 15;
  std::uint8_t client_window_bits = 15;
  std::string response = {};  // for Sec-WebSocket-Extensions

  bool operator==(const DeflateAgreement&) const = default;
};

/// Judges the offers in the Sec-WebSocket-Extensions fields of a request, in order, and takes the first one
/// that is well-formed and that we can keep (RFC 7692 §5.1, §7.1). Nothing when there is none.
std::optional<DeflateAgreement> negotiate_deflate(const std::vector<std::string_view>& fields,
                                                  const DeflateOptions& options);

/// What compression needs of zlib, hidden.
class DeflateStream;
class InflateStream;

/// Compresses and decompresses the messages of one session, in steps that others need not wait for long. Holds streams
/// of its own only for directions with context take-over, from the first message on; else uses those of the thread. One
/// thread.
class Compression {
 public:
  Compression(const DeflateAgreement& agreement, const DeflateOptions& options);
  ~Compression();

  /// Whether a message of `size` octets should be compressed.
  bool worthwhile(std::size_t size) const { return size >= threshold_ && size > 0; }
  /// Whether what compress() gives is the same for every session like this:
  /// SharedMessage::compressed_frame().
  bool shareable() const { return !server_context_ && server_bits_ == 15; }
  /// Compresses a message, or goes on with it: takes off the front of `rest` what it has done and appends to `out`,
  /// which is empty at first. False when the share is spent: to be called again before any other message.
  bool compress(std::string_view& rest, std::string& out, const net::WorkShare& share);
  /// Whether a message of `size` octets may as well be sent as it is. Not where the next one may refer to this one.
  bool in_vain(std::size_t size, std::string_view compressed) const {
    return !server_context_ && compressed.size() >= size;
  }

  enum class Inflated { ok, unfinished, too_big, broken };
  /// Restores a message, or goes on with it, likewise. Stops at the first octet beyond `largest`.
  Inflated decompress(std::string_view& rest, std::uint64_t largest, std::string& out, const net::WorkShare& share);

  /// Octets that a compressed message may have when the message may have `largest`: what does not compress
  /// gets a little longer (five octets a block, RFC 1951 §3.2.4).
  static std::uint64_t most_compressed(std::uint64_t largest) { return largest + largest / 64 + 64; }

 private:
  std::uint64_t threshold_;
  std::uint8_t level_, server_bits_, client_bits_;
  bool server_context_, client_context_;
  // Without context take-over: while a message is half done.
  std::unique_ptr<DeflateStream> deflate_;
  std::unique_ptr<InflateStream> inflate_;
};

}  // namespace sluice::websocket
