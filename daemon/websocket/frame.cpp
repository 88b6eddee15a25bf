#include "websocket/frame.hpp"

#include <cstring>

#include "base/utf8.hpp"

namespace sluice::websocket {
namespace {

constexpr std::size_t length_octets(char second) {
  auto length = static_cast<unsigned char>(second) & 0x7fu;
  return length == 127 ? 8 : length == 126 ? 2 : 0;
}

/// Octets that a head takes whose second octet is `second`.
constexpr std::size_t head_size(char second) {
  bool masked = (static_cast<unsigned char>(second) & 0x80u) != 0;
  return 2 + length_octets(second) + (masked ? 4u : 0u);
}

std::uint64_t big_endian(std::span<const char> octets) {
  std::uint64_t value = 0;
  for (auto octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

bool known(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary:
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong: return true;
  }
  return false;
}

Fault violation(std::string_view reason) { return {close_code::protocol_error, reason}; }

std::optional<Fault> order_fault(Opcode opcode, bool inside_message) {
  if (opcode == Opcode::continuation && !inside_message) return violation("continuation without a begin");
  if (opcode != Opcode::continuation && inside_message) return violation("new message inside a fragmented one");
  return std::nullopt;
}

}  // namespace

bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::optional<FrameHead> parse_head(std::span<const char> bytes) {
  if (bytes.size() < 2 || bytes.size() < head_size(bytes[1])) return std::nullopt;
  auto first = static_cast<unsigned char>(bytes[0]);
  auto second = static_cast<unsigned char>(bytes[1]);
  FrameHead head;
  head.fin = (first & 0x80u) != 0;
  head.rsv = static_cast<std::uint8_t>(first >> 4 & 7u);
  head.opcode = static_cast<Opcode>(first & 0xfu);
  head.masked = (second & 0x80u) != 0;
  head.size = head_size(bytes[1]);
  head.length = second & 0x7fu;
  if (auto extended = length_octets(bytes[1])) {
    head.length = big_endian(bytes.subspan(2, extended));
    head.shortest = extended == 2 ? head.length > 125 : head.length > 0xffff && head.length >> 63 == 0;
  }
  if (head.masked) std::memcpy(head.key.data(), bytes.data() + head.size - 4, 4);
  return head;
}

std::optional<Fault> fault_of(const FrameHead& head, bool inside_message, bool allow_rsv1) {
  if (!known(head.opcode)) return violation("reserved opcode");
  bool may_have_rsv1 = allow_rsv1 && (head.opcode == Opcode::text || head.opcode == Opcode::binary);
  if ((head.rsv & (may_have_rsv1 ? 3u : 7u)) != 0) return violation("reserved bit is set");
  if (!head.masked) return violation("frame is not masked");
  return is_control(head.opcode) ? std::nullopt : order_fault(head.opcode, inside_message);
}

std::size_t write_head(char* to, Opcode opcode, std::uint64_t length, bool fin, bool rsv1) {
  to[0] = static_cast<char>((fin ? 0x80u : 0u) | (rsv1 ? 0x40u : 0u) | static_cast<unsigned>(opcode));
  if (length < 126) {
    to[1] = static_cast<char>(length);
    return 2;
  }
  std::size_t octets = length <= 0xffff ? 2 : 8;
  to[1] = octets == 2 ? 126 : 127;
  for (std::size_t i = 0; i < octets; ++i) to[2 + i] = static_cast<char>(length >> (8 * (octets - 1 - i)));
  return 2 + octets;
}

void unmask(std::span<char> data, std::array<char, 4> key) {
  std::uint32_t key32;
  std::memcpy(&key32, key.data(), 4);
  std::uint64_t key64 = std::uint64_t{key32} << 32 | key32;
  auto* at = data.data();
  auto* end = at + data.size();
  for (; end - at >= 16; at += 16) {
    std::uint64_t words[2];
    std::memcpy(words, at, 16);
    words[0] ^= key64;
    words[1] ^= key64;
    std::memcpy(at, words, 16);
  }
  for (std::size_t i = 0; at != end; ++at, ++i) *at = static_cast<char>(*at ^ key[i % 4]);
}

std::optional<Fault> parse_close(std::string_view payload, CloseBody& body) {
  if (payload.empty()) return std::nullopt;
  if (payload.size() == 1) return violation("close code is cut off");
  body.code = static_cast<std::uint16_t>(big_endian({payload.data(), 2}));
  body.reason = payload.substr(2);
  if (!may_be_sent(body.code)) return violation("invalid close code");
  if (!valid_utf8(body.reason)) return Fault{close_code::invalid_payload, "close reason is not UTF-8"};
  return std::nullopt;
}

}  // namespace sluice::websocket
