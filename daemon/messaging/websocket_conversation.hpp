#pragma once

#include <memory>

#include "messaging/connection_slot.hpp"
#include "messaging/websocket_endpoint.hpp"
#include "messaging/websocket_member.hpp"
#include "websocket/session.hpp"

namespace sluice::messaging {

/// What a [[websocket]] does with the messages of one connection: replies, lines for the user and for the
/// log. Owned by the session.
class WebSocketConversation final : public websocket::MessageHandler {
 public:
  WebSocketConversation(std::shared_ptr<const WebSocketEndpoint> endpoint, KeptValues kept, ConnectionSlot slot = {})
      : endpoint_(std::move(endpoint)), kept_(std::move(kept)), slot_(std::move(slot)) {}

  void on_open(websocket::Session& session) override;
  void on_message(websocket::Session& session, websocket::Opcode kind, std::string_view payload) override;
  void on_writable(websocket::Session& session) override;
  void on_close(websocket::Session& session, std::uint16_t code, std::string_view reason, bool clean) override;
  bool obsolete() const override { return slot_.endpoint_gone(); }

 private:
  void join(websocket::Session& session);
  void leave();
  void hold_while_congested(websocket::Session& session);
  std::string_view take_apart(websocket::Opcode kind, WebSocketEvent& event,
                              std::vector<templates::Value>& members) const;
  void reply(websocket::Session& session, websocket::Opcode kind, WebSocketEvent event);
  void answer(websocket::Session& session, websocket::Opcode kind, std::string_view message);
  void refuse(websocket::Session& session, const WebSocketEvent& event) const;
  void print(const std::optional<templates::Template>& line, const WebSocketEvent& event) const;
  template <class Use>
  void render(const templates::Template& text, WebSocketEvent event, Use use) const;

  std::shared_ptr<const WebSocketEndpoint> endpoint_;
  KeptValues kept_;
  ConnectionSlot slot_;
  std::unique_ptr<WebSocketMember> member_;  // of a room
};

}  // namespace sluice::messaging
