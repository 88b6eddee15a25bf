#pragma once

#include <cstdint>

/// How many connections of the process speak a protocol other than HTTP, which all others speak. Any thread may ask.
namespace sluice::net {

enum class OpenProtocol : std::uint8_t { websocket, events, echo };

/// A connection has begun, or has ended, to speak `protocol`.
void note_open(OpenProtocol protocol);
void note_closed(OpenProtocol protocol);
std::uint64_t open_now(OpenProtocol protocol);

}  // namespace sluice::net
