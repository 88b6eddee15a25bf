#include "messaging/websocket_endpoint.hpp"

#include "messaging/origins.hpp"

namespace sluice::messaging {
namespace {

using templates::Escape;
using templates::Scope;
using templates::Template;

std::optional<Template> compile(const std::optional<config::Located<std::string>>& text, const Scope& scope,
                                config::Diagnostics& diagnostics, Escape escape = Escape::none) {
  if (!text) return std::nullopt;
  return Template::compile(*text, scope, escape, diagnostics);
}

std::optional<Template> compile(const std::optional<OwnMessage>& message, const Scope& scope,
                                config::Diagnostics& diagnostics) {
  if (!message) return std::nullopt;
  return message->json ? Template::compile_json(*message->json, scope, diagnostics)
                       : compile(message->text, scope, diagnostics);
}

}  // namespace

WebSocketEndpoint::WebSocketEndpoint(const WebSocketOptions& options, const Scope& request_scope,
                                     config::Diagnostics& diagnostics) {
  handshake.origins = origin_policy(options.origins);
  for (const auto& protocol : options.subprotocols) handshake.protocols.push_back(*protocol);
  handshake.deflate = options.compression;
  limits.message = options.max_message.count;
  limits.close_wait = options.close_timeout;
  limits.liveness = {options.ping, options.pong_timeout, options.idle_timeout, options.max_age};
  limits.rate = options.rate;
  most_connections = static_cast<std::uint32_t>(options.max_connections);
  most_of_address = static_cast<std::uint32_t>(options.max_connections_per_ip);

  auto scope = kept_scope(request_scope, used);
  room = compile(options.room, scope, diagnostics, Escape::name_part);
  to_sender = options.to == Audience::all;
  history = static_cast<std::size_t>(options.history);
  backlog = {options.max_backlog.count, options.slow_consumer};
  if (room) scope = with_room(std::move(scope));
  join_notice = compile(options.notices.join, scope, diagnostics);
  leave_notice = compile(options.notices.leave, scope, diagnostics);

  auto message_scope = with_message(scope);
  reply = options.json ? std::optional(Template::compile_json(*options.json, message_scope, diagnostics))
                       : compile(options.reply, message_scope, diagnostics);
  required = used.members.size();
  if (options.json) compile(options.reply, message_scope, diagnostics);  // one too many, but it may be wrong as well
  reply_is_json = options.json.has_value();
  needs_json = reply_is_json || required > 0;
  greeting = compile(options.greeting, scope, diagnostics);
  log_open = compile(options.log.open, scope, diagnostics);
  log_message = compile(options.log.message, message_scope, diagnostics);
  log_close = compile(options.log.close, with_close(scope), diagnostics);
  on_bad_message = options.on_bad_message.action;
  if (options.on_bad_message.answer) {
    bad_message_answer =
        Template::compile_json(*options.on_bad_message.answer, with_detail(message_scope), diagnostics);
  }
}

}  // namespace sluice::messaging
