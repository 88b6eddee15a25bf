#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "http/response.hpp"
#include "net/protocol.hpp"

namespace sluice::http1 {

/// How the connection goes on after a response, as its Connection field says.
enum class Persistence { implied, keep_alive, close };

/// What the serialiser needs to know besides the response.
struct Framing {
  bool head_request = false;  // the body is announced but not sent
  Persistence persistence = Persistence::implied;
  std::string_view date_line;  // "Date: …\r\n"
};

/// Writes status line, fields and body of `response` (RFC 9112 §4, §6). Content-Length is always known; it is left out
/// where a status has no content (RFC 9110 §8.6). What others own of the body moves to the transport. Returns the
/// octets of content that were queued.
std::uint64_t write_response(net::Transport& transport, http::Response& response, const Framing& framing);

/// Writes the head of a response whose content comes piece by piece: `chunked` (RFC 9112 §7.1), or everything until the
/// connection ends (§6.3 rule 8).
void write_stream_head(net::Transport& transport, const http::Response& head, Persistence persistence,
                       std::string_view date_line, bool chunked);
/// Writes a piece of such content, in a chunk of its own where it is `chunked`.
void write_piece(net::Transport& transport, std::string_view bytes, bool chunked);
void write_shared_piece(net::Transport& transport, std::shared_ptr<const void> owner, std::string_view bytes,
                        bool chunked);
/// Writes the last chunk, with which the content is complete.
void write_last_chunk(net::Transport& transport, std::span<const http::FieldLine> trailers);

/// Writes a 1xx response with its fields, "101 Switching Protocols" or "100 Continue".
void write_interim(net::Transport& transport, const http::Response& response);

}  // namespace sluice::http1
