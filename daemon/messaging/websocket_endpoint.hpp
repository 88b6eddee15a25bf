#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messaging/websocket_options.hpp"
#include "messaging/websocket_values.hpp"
#include "templates/template.hpp"
#include "websocket/handshake.hpp"
#include "websocket/session.hpp"

namespace sluice::messaging {

/// A compiled [[websocket]]. Immutable; shared by its handler and by all of its connections, which may outlive the site
/// that it came with. Read by every worker at once.
struct WebSocketEndpoint {
  /// `scope` holds the names of the request. Unknown placeholders are reported.
  WebSocketEndpoint(const WebSocketOptions& options, const templates::Scope& scope, config::Diagnostics& diagnostics);

  bool echoes() const { return !reply; }

  websocket::HandshakeOptions handshake;
  websocket::Limits limits;
  std::uint32_t most_connections = 0, most_of_address = 0;  // 0: no limit

  std::optional<templates::Template> reply;  // none: every message is echoed unchanged
  bool reply_is_json = false;
  bool needs_json = false;   // messages must be JSON texts with all `required` parts
  std::size_t required = 0;  // the first `required` of `used.members` are needed for the reply
  BadMessage::Action on_bad_message = BadMessage::Action::close;
  std::optional<templates::Template> bad_message_answer;

  std::optional<templates::Template> room;  // the name of the room that every client joins
  bool to_sender = true;                    // a message in the room goes to its sender too
  std::size_t history = 0;
  std::optional<templates::Template> join_notice, leave_notice;
  rooms::BacklogPolicy backlog;

  std::optional<templates::Template> greeting;
  std::optional<templates::Template> log_open, log_message, log_close;
  UsedNames used;  // by all templates
};

}  // namespace sluice::messaging
