#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Compresses and decompresses the messages of one session. Holds streams of its own only for directions with
/// context take-over, from the first message on; else uses those of the thread. One thread.
class Compression {
 public:
  Compression(const DeflateAgreement& agreement, const DeflateOptions& options);
  ~Compression();

  /// Whether a message of `size` octets should be compressed.
  bool worthwhile(std::size_t size) const { return size >= threshold_ && size > 0; }
  /// Whether what compress() gives is the same for every session like this:
  /// SharedMessage::compressed_frame().
  bool shareable() const { return !server_context_ && server_bits_ == 15; }
  /// The compressed form of a message, valid until the next call in this thread; nothing when it would not be
  /// shorter and may as well be sent as it is.
  std::optional<std::string_view> compress(std::string_view message);

  enum class Inflated { ok, too_big, broken };
  /// Restores a message into `out` (cleared first), at most `largest` octets: stops at the first one beyond.
  Inflated decompress(std::string_view payload, std::uint64_t largest, std::string& out);

  /// Octets that a compressed message may have when the message may have `largest`: what does not compress
  /// gets a little longer (five octets a block, RFC 1951 §3.2.4).
  static std::uint64_t most_compressed(std::uint64_t largest) { return largest + largest / 64 + 64; }

 private:
  std::uint64_t threshold_;
  std::uint8_t level_, server_bits_, client_bits_;
  bool server_context_, client_context_;
  std::unique_ptr<DeflateStream> deflate_;
  std::unique_ptr<InflateStream> inflate_;
};

}  // namespace sluice::websocket
