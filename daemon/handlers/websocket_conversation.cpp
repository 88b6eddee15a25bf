#include "handlers/websocket_conversation.hpp"

#include "base/log.hpp"
#include "base/user_lines.hpp"
#include "handlers/websocket_json.hpp"

namespace sluice::handlers {
namespace {

using websocket::Opcode;
using websocket::Session;

/// Renders into one buffer a thread, so that a steady stream of messages allocates nothing.
template <class Use>
void rendered(const site::Template& text, const site::Values& values, Use use) {
  constexpr std::size_t most_kept = 256 * 1024;
  thread_local std::string scratch;
  scratch.clear();
  text.render(values, scratch);
  use(std::string_view(scratch));
  if (scratch.capacity() > most_kept) std::string().swap(scratch);
}

std::string peer_of(const Session& session) { return session.transport().peer().text(); }

/// Says at debug level what happened to a session; `what` makes the text only where it is wanted.
template <class What>
void note(const Session& session, What what) {
  if (log::enabled(log::Level::debug)) log::debug("websocket " + peer_of(session) + ": " + what());
}

}  // namespace

void WebSocketConversation::on_open(Session& session) {
  note(session, [] { return std::string("open"); });
  print(endpoint_->log_open, {});
  if (endpoint_->greeting) send(session, Opcode::text, *endpoint_->greeting, {});
}

void WebSocketConversation::on_message(Session& session, Opcode kind, std::string_view payload) {
  note(session, [&] {
    return std::string(kind == Opcode::text ? "text" : "binary") + " message of " + std::to_string(payload.size()) + " octets";
  });
  if (endpoint_->echoes() && !endpoint_->log_message) return session.send(kind, payload);

  WebSocketEvent event;
  event.message = payload;
  std::vector<site::Value> members;
  event.detail = take_apart(kind, event, members);
  print(endpoint_->log_message, event);
  if (!event.detail.empty()) return refuse(session, event);
  reply(session, kind, event);
}

/// Finds the parts of a JSON message that templates use. Returns what is wrong with a message from which the reply
/// cannot be made, else nothing.
std::string_view WebSocketConversation::take_apart(Opcode kind, WebSocketEvent& event,
                                                   std::vector<site::Value>& members) const {
  if (!endpoint_->needs_json && endpoint_->members.empty()) return {};
  if (kind != Opcode::text) return endpoint_->needs_json ? "the message is binary, JSON text is expected" : "";
  if (!is_json(event.message)) return endpoint_->needs_json ? "the message is not JSON" : "";
  event.member_names = endpoint_->members;
  std::string_view fault;
  for (std::size_t i = 0; i < endpoint_->members.size(); ++i) {
    auto part = find_part(event.message, endpoint_->members[i]);
    members.push_back(part ? site::Value{site::Value::Kind::json, *part} : site::Value{});
    if (!part && i < endpoint_->required) fault = "the message lacks a member that is needed";
  }
  event.members = members;
  return fault;
}

void WebSocketConversation::reply(Session& session, Opcode kind, WebSocketEvent event) const {
  if (endpoint_->echoes()) return session.send(kind, event.message);
  event.message_is_value = endpoint_->reply_is_json;
  send(session, endpoint_->reply_is_json ? Opcode::text : kind, *endpoint_->reply, event);
}

void WebSocketConversation::refuse(Session& session, const WebSocketEvent& event) const {
  switch (endpoint_->on_bad_message) {
    case BadMessage::Action::close:
      return session.close(websocket::close_code::unsupported_data, event.detail);
    case BadMessage::Action::ignore:
      return;
    case BadMessage::Action::answer:
      return send(session, Opcode::text, *endpoint_->bad_message_answer, event);
  }
}

void WebSocketConversation::on_close(Session& session, std::uint16_t code, std::string_view reason, bool clean) {
  note(session, [&] {
    return "closed with " + std::to_string(code) + (reason.empty() ? "" : " \"" + std::string(reason) + "\"") +
           (clean ? "" : ", not cleanly");
  });
  auto code_text = std::to_string(code);
  WebSocketEvent event;
  event.detail = reason;
  event.close_code = code_text;
  print(endpoint_->log_close, event);
}

void WebSocketConversation::print(const std::optional<site::Template>& line, const WebSocketEvent& event) const {
  if (!line) return;
  rendered(*line, WebSocketValues(endpoint_->kept, kept_, event), [](std::string_view text) { user_lines::add(text); });
}

void WebSocketConversation::send(Session& session, Opcode kind, const site::Template& message,
                                 const WebSocketEvent& event) const {
  rendered(message, WebSocketValues(endpoint_->kept, kept_, event),
           [&](std::string_view text) { session.send(kind, text); });
}

}  // namespace sluice::handlers
