#pragma once

#include <memory>

#include "handlers/websocket_endpoint.hpp"
#include "handlers/websocket_member.hpp"
#include "handlers/websocket_seat.hpp"
#include "websocket/session.hpp"

namespace sluice::handlers {

/// What a [[websocket]] does with the messages of one connection: replies, lines for the user and for the
/// log. Owned by the session.
class WebSocketConversation final : public websocket::MessageHandler {
 public:
  WebSocketConversation(std::shared_ptr<const WebSocketEndpoint> endpoint, KeptValues kept, WebSocketSeat seat = {})
      : endpoint_(std::move(endpoint)), kept_(std::move(kept)), seat_(std::move(seat)) {}

  void on_open(websocket::Session& session) override;
  void on_message(websocket::Session& session, websocket::Opcode kind, std::string_view payload) override;
  void on_writable(websocket::Session& session) override;
  void on_close(websocket::Session& session, std::uint16_t code, std::string_view reason, bool clean) override;
  bool obsolete() const override { return seat_.endpoint_gone(); }

 private:
  void join(websocket::Session& session);
  void leave();
  void hold_while_congested(websocket::Session& session);
  std::string_view take_apart(websocket::Opcode kind, WebSocketEvent& event, std::vector<site::Value>& members) const;
  void reply(websocket::Session& session, websocket::Opcode kind, WebSocketEvent event);
  void answer(websocket::Session& session, websocket::Opcode kind, std::string_view message);
  void refuse(websocket::Session& session, const WebSocketEvent& event) const;
  void print(const std::optional<site::Template>& line, const WebSocketEvent& event) const;
  template <class Use>
  void render(const site::Template& text, WebSocketEvent event, Use use) const;

  std::shared_ptr<const WebSocketEndpoint> endpoint_;
  KeptValues kept_;
  WebSocketSeat seat_;
  std::unique_ptr<WebSocketMember> member_;  // of a room
};

}  // namespace sluice::handlers
