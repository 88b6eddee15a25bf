#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/fields/origin.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "websocket/deflate.hpp"

/// The opening handshake (RFC 6455 §4.2), as pure functions.
namespace sluice::websocket {

struct HandshakeOptions {
  http::OriginPolicy origins;
  std::vector<std::string> protocols;  // subprotocols, the preferred one first
  DeflateOptions deflate;
};

/// The judgement on a request.
struct Handshake {
  http::Status status = 101;  // 101, or why not: 400, 403, 405, 426
  std::string_view reason;    // in words, when refused; a literal
  std::string accept;         // Sec-WebSocket-Accept
  std::string_view protocol;  // the chosen subprotocol, a view into the options; empty: none
  std::optional<DeflateAgreement> deflate;
};

/// Judges an HTTP/1.1 request that was made to a WebSocket endpoint.
Handshake shake_hands(const http::Request& request, const HandshakeOptions& options);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (§4.2.2): base64 of the SHA-1 of the key and a fixed GUID.
std::string accept_key(std::string_view key);

}  // namespace sluice::websocket
