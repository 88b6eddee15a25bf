#include "messaging/websocket_endpoint.hpp"

#include <algorithm>

#include "messaging/origins.hpp"

namespace sluice::messaging {
namespace {

using templates::Escape;
using templates::Origin;
using templates::Scope;
using templates::Template;

Scope with_message(Scope scope) {
  scope.add("message", {Origin::message, 0, {}});
  scope.add_prefix("message.", Origin::member);
  return scope;
}

Scope with_detail(Scope scope) {
  scope.add("detail", {Origin::detail, 0, {}});
  return scope;
}

Scope with_close(Scope scope) {
  scope.add("close.code", {Origin::status, 0, {}});
  scope.add("close.reason", {Origin::detail, 0, {}});
  return scope;
}

Scope with_room(Scope scope, bool has_room) {
  if (!has_room) return scope;
  scope.add("room.name", {Origin::room_name, 0, {}});
  scope.add("room.count", {Origin::room_count, 0, {}});
  return scope;
}

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

void add_members(std::vector<std::string>& members, const std::optional<Template>& of) {
  if (!of) return;
  for (const auto* placeholder : of->placeholders()) {
    if (placeholder->origin != Origin::member) continue;
    if (std::ranges::find(members, placeholder->name) == members.end()) members.push_back(placeholder->name);
  }
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

  room = compile(options.room, request_scope, diagnostics, Escape::name_part);
  to_sender = options.to == Audience::all;
  history = static_cast<std::size_t>(options.history);
  backlog = {options.max_backlog.count, options.slow_consumer};
  auto scope = with_room(request_scope, room.has_value());
  join_notice = compile(options.notices.join, scope, diagnostics);
  leave_notice = compile(options.notices.leave, scope, diagnostics);

  auto message_scope = with_message(scope);
  reply = options.json ? std::optional(Template::compile_json(*options.json, message_scope, diagnostics))
                       : compile(options.reply, message_scope, diagnostics);
  if (options.json) compile(options.reply, message_scope, diagnostics);  // one too many, but it may be wrong as well
  reply_is_json = options.json.has_value();
  greeting = compile(options.greeting, scope, diagnostics);
  log_open = compile(options.log.open, scope, diagnostics);
  log_message = compile(options.log.message, message_scope, diagnostics);
  log_close = compile(options.log.close, with_close(scope), diagnostics);
  on_bad_message = options.on_bad_message.action;
  if (options.on_bad_message.answer) {
    bad_message_answer =
        Template::compile_json(*options.on_bad_message.answer, with_detail(message_scope), diagnostics);
  }

  add_members(members, reply);
  required = members.size();
  needs_json = reply_is_json || required > 0;
  add_members(members, log_message);
  add_members(members, bad_message_answer);
  for (const auto* used : {&reply, &bad_message_answer, &room, &join_notice, &leave_notice, &greeting, &log_open,
                           &log_message, &log_close}) {
    if (*used) kept.add(**used);
  }
}

}  // namespace sluice::messaging
