#pragma once

#include "rooms/follower.hpp"
#include "websocket/session.hpp"

namespace sluice::messaging {

/// A WebSocket as a member of a room. Owned by the conversation.
class WebSocketMember final : public rooms::Follower {
 public:
  WebSocketMember(websocket::Session& session, const rooms::BacklogPolicy& policy)
      : Follower(policy), session_(session) {}

 private:
  std::size_t send(const rooms::Post& post, std::size_t) override {
    session_.send(post.message);
    return post.message->payload().size();
  }
  std::size_t pending() const override { return session_.backlog(); }
  void want_writable() override { session_.want_writable(); }
  void on_too_slow() override { session_.close(websocket::close_code::try_again_later, "reads too slowly"); }

  websocket::Session& session_;
};

}  // namespace sluice::messaging
