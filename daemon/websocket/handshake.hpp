#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "http/response.hpp"
#include "websocket/deflate.hpp"

/// The opening handshake (RFC 6455 §4.2), as pure functions.
namespace sluice::websocket {

/// Which web pages may connect. Browsers send Origin; other clients need not, and are not refused.
struct OriginPolicy {
  bool any = false;
  bool same_host = true;             // the page's host and port are those of the request
  std::vector<std::string> allowed;  // "https://example.com", "https://*.example.com", "http://localhost:3000"

  bool allows(std::string_view origin, std::string_view authority) const;
};

/// Whether `text` may stand in OriginPolicy::allowed: scheme and host, perhaps a port, "*." before the host.
bool is_origin_pattern(std::string_view text);

struct HandshakeOptions {
  OriginPolicy origins;
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
