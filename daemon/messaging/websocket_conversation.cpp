#include "messaging/websocket_conversation.hpp"

#include "logging/log.hpp"
#include "logging/user_lines.hpp"
#include "messaging/websocket_json.hpp"

namespace sluice::messaging {
namespace {

using websocket::Opcode;
using websocket::Session;

std::string peer_of(const Session& session) { return session.transport().peer().text(); }

/// Says at debug level what happened to a session; `what` makes the text only where it is wanted.
template <class What>
void note(const Session& session, What what) {
  if (logging::enabled(logging::Level::debug)) logging::debug("websocket " + peer_of(session) + ": " + what());
}

}  // namespace

/// Renders into one buffer a thread, so that a steady stream of messages allocates nothing.
template <class Use>
void WebSocketConversation::render(const templates::Template& text, WebSocketEvent event, Use use) const {
  constexpr std::size_t most_kept = 256 * 1024;
  thread_local std::string scratch;
  std::string count;
  if (member_ && member_->in_room()) {
    count = std::to_string(member_->room_members());
    event.room_name = member_->room_name();
    event.room_count = count;
  }
  scratch.clear();
  text.render(WebSocketValues(kept_, event), scratch);
  use(std::string_view(scratch));
  if (scratch.capacity() > most_kept) std::string().swap(scratch);
}

void WebSocketConversation::on_open(Session& session) {
  note(session, [] { return std::string("open"); });
  if (endpoint_->room) return join(session);
  print(endpoint_->log_open, {});
  if (endpoint_->greeting) {
    render(*endpoint_->greeting, {}, [&](std::string_view text) { session.send_text(text); });
  }
}

/// Comes into the room: greeting and history first, then the notice to all.
void WebSocketConversation::join(Session& session) {
  member_ = std::make_unique<WebSocketMember>(session, endpoint_->backlog);
  rooms::HistoryRange past;
  render(*endpoint_->room, {}, [&](std::string_view name) {
    past = rooms::Hub::current().join(std::string(name), *member_, endpoint_->history);
  });
  print(endpoint_->log_open, {});
  if (endpoint_->greeting) {
    render(*endpoint_->greeting, {}, [&](std::string_view text) { session.send_text(text); });
  }
  member_->send_past(past);
  if (!endpoint_->join_notice) return;
  render(*endpoint_->join_notice, {}, [&](std::string_view text) {
    member_->publish(std::make_shared<const websocket::SharedMessage>(Opcode::text, text), true, false);
  });
}

void WebSocketConversation::on_message(Session& session, Opcode kind, std::string_view payload) {
  note(session, [&] {
    return std::string(kind == Opcode::text ? "text" : "binary") + " message of " + std::to_string(payload.size()) +
           " bytes";
  });
  if (endpoint_->echoes() && !endpoint_->log_message) return answer(session, kind, payload);

  WebSocketEvent event;
  event.message = payload;
  std::vector<templates::Value> members;
  event.detail = take_apart(kind, event, members);
  print(endpoint_->log_message, event);
  if (!event.detail.empty()) return refuse(session, event);
  reply(session, kind, event);
}

/// Finds the parts of a JSON message that templates use. Returns what is wrong with a message from which the
/// reply cannot be made, else nothing.
std::string_view WebSocketConversation::take_apart(Opcode kind, WebSocketEvent& event,
                                                   std::vector<templates::Value>& members) const {
  if (!endpoint_->needs_json && endpoint_->used.members.empty()) return {};
  if (kind != Opcode::text) return endpoint_->needs_json ? "the message is binary, JSON text is expected" : "";
  if (!is_json(event.message)) return endpoint_->needs_json ? "the message is not JSON" : "";
  const auto& names = endpoint_->used.members;
  std::string_view fault;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto part = find_part(event.message, names[i]);
    members.push_back(part ? templates::Value{templates::Value::Kind::json, *part} : templates::Value{});
    if (!part && i < endpoint_->required) fault = "the message lacks a member that is needed";
  }
  event.members = members;
  return fault;
}

void WebSocketConversation::reply(Session& session, Opcode kind, WebSocketEvent event) {
  if (endpoint_->echoes()) return answer(session, kind, event.message);
  event.message_is_value = endpoint_->reply_is_json;
  auto reply_kind = endpoint_->reply_is_json ? Opcode::text : kind;
  render(*endpoint_->reply, event, [&](std::string_view message) { answer(session, reply_kind, message); });
}

/// Gives the answer to a message to whom it is for: the sender, or the room.
void WebSocketConversation::answer(Session& session, Opcode kind, std::string_view message) {
  if (!member_) return session.send(kind, message);
  member_->publish(std::make_shared<const websocket::SharedMessage>(kind, message), endpoint_->to_sender);
  if (member_->hub().congested()) hold_while_congested(session);
}

/// A worker does not keep up with what is published: this client may send again when it has.
void WebSocketConversation::hold_while_congested(Session& session) {
  session.hold_reading(true);
  auto& hub = member_->hub();
  hub.forget(this);
  hub.when_clear(this, [&session] { session.hold_reading(false); });
}

void WebSocketConversation::refuse(Session& session, const WebSocketEvent& event) const {
  switch (endpoint_->on_bad_message) {
    case BadMessage::Action::close: return session.close(websocket::close_code::unsupported_data, event.detail);
    case BadMessage::Action::ignore: return;
    case BadMessage::Action::answer:
      return render(*endpoint_->bad_message_answer, event, [&](std::string_view text) { session.send_text(text); });
  }
}

void WebSocketConversation::on_writable(Session&) {
  if (member_) member_->on_writable();
}

void WebSocketConversation::on_close(Session& session, std::uint16_t code, std::string_view reason, bool clean) {
  note(session, [&] {
    return "closed with " + std::to_string(code) + (reason.empty() ? "" : " \"" + std::string(reason) + "\"") +
           (clean ? "" : ", not cleanly");
  });
  leave();
  auto code_text = std::to_string(code);
  WebSocketEvent event;
  event.detail = reason;
  event.close_code = code_text;
  print(endpoint_->log_close, event);
}

void WebSocketConversation::leave() {
  if (!member_) return;
  member_->hub().forget(this);
  auto room = member_->leave();
  if (!endpoint_->leave_notice) return;
  auto count = std::to_string(room->members());
  WebSocketEvent event;
  event.room_name = room->name();
  event.room_count = count;
  render(*endpoint_->leave_notice, event, [&](std::string_view text) {
    room->publish(room, std::make_shared<const websocket::SharedMessage>(Opcode::text, text), nullptr, false);
  });
}

void WebSocketConversation::print(const std::optional<templates::Template>& line, const WebSocketEvent& event) const {
  if (!line) return;
  render(*line, event, [](std::string_view text) { logging::user_lines::add(text); });
}

}  // namespace sluice::messaging
