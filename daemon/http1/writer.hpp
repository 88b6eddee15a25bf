#pragma once

#include <string_view>

#include "http/response.hpp"
#include "net/protocol.hpp"

namespace sluice::http1 {

class HotResponses;

/// How the connection goes on after a response, as its Connection field says.
enum class Persistence { implied, keep_alive, close };

/// What the serialiser needs to know besides the response.
struct Framing {
  bool head_request = false;  // the body is announced but not sent
  Persistence persistence = Persistence::implied;
  std::string_view date_line;   // "Date: …\r\n"
  HotResponses* hot = nullptr;  // may be null
};

/// Writes status line, fields and body of `response` (RFC 9112 §4, §6). Content-Length is always known; it is left out
/// where a status has no content (RFC 9110 §8.6). What others own of the body moves to the transport. Returns the
/// octets of content that were queued.
std::uint64_t write_response(net::Transport& transport, http::Response& response, const Framing& framing);
/// The same for a response that will be sent again.
std::uint64_t write_response(net::Transport& transport, const http::Response& response, const Framing& framing);

/// Writes the head of a response whose content is everything until the connection ends (RFC 9112 §6.3 rule 8).
void write_open_ended_head(net::Transport& transport, const http::Response& response, std::string_view date_line);

/// Writes a 1xx response with its fields, "101 Switching Protocols" or "100 Continue".
void write_interim(net::Transport& transport, const http::Response& response);

}  // namespace sluice::http1
