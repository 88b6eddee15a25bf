#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// Frames of the WebSocket protocol (RFC 6455 §5.2): pure functions on octets.
namespace sluice::websocket {

enum class Opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xA };

constexpr bool is_control(Opcode opcode) { return (static_cast<unsigned>(opcode) & 0x8u) != 0; }

/// Status codes of Close frames (RFC 6455 §7.4.1 and the IANA registry).
namespace close_code {
inline constexpr std::uint16_t normal = 1000, going_away = 1001, protocol_error = 1002, unsupported_data = 1003,
                               no_status = 1005, abnormal = 1006, invalid_payload = 1007, policy_violation = 1008,
                               message_too_big = 1009, internal_error = 1011, service_restart = 1012,
                               try_again_later = 1013;
}

/// Whether a Close frame may carry `code` (RFC 6455 §7.4): not those that only stand for the absence of one.
bool may_be_sent(std::uint16_t code);

/// Why a connection must be failed (RFC 6455 §7.1.7): what our Close frame says.
struct Fault {
  std::uint16_t code = 0;
  std::string_view reason;  // a literal
};

/// The octets in front of a payload.
struct FrameHead {
  bool fin = false;
  bool masked = false;
  bool shortest = true;  // the length is written in the shortest form (§5.2)
  std::uint8_t rsv = 0;  // RSV1 is 4, RSV2 is 2, RSV3 is 1
  Opcode opcode = Opcode::continuation;
  std::array<char, 4> key{};
  std::size_t size = 0;      // octets of the head itself
  std::uint64_t length = 0;  // octets of the payload
};

/// Octets that write_head() writes at most.
inline constexpr std::size_t largest_sent_head = 10;

/// Reads the head at the begin of `bytes`; nothing when it is not complete yet.
std::optional<FrameHead> parse_head(std::span<const char> bytes);

/// Says what is wrong with the head of a frame, where wslay does not check it: reserved opcodes and bits, frames
/// without a mask, the order of fragments. `inside_message`: a message has begun and not ended; `allow_rsv1`: an
/// extension that uses it was agreed on.
std::optional<Fault> fault_of(const FrameHead& head, bool inside_message, bool allow_rsv1);

/// Writes the head of an unmasked frame, as a server sends it, to `to` (largest_sent_head octets). Returns its size.
std::size_t write_head(char* to, Opcode opcode, std::uint64_t length, bool fin = true, bool rsv1 = false);

/// Applies the masking key in place (§5.3), sixteen octets at a time. `data` begins where the payload begins.
void unmask(std::span<char> data, std::array<char, 4> key);

/// What a Close frame says (§5.5.1). No code at all is 1005.
struct CloseBody {
  std::uint16_t code = close_code::no_status;
  std::string_view reason;
};
/// Reads and checks the payload of a Close frame: its code and the UTF-8 of its reason.
std::optional<Fault> parse_close(std::string_view payload, CloseBody& body);

}  // namespace sluice::websocket
