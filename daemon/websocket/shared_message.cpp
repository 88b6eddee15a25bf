#include "websocket/shared_message.hpp"

#include "websocket/deflate.hpp"

namespace sluice::websocket {
namespace {

std::string framed(Opcode kind, std::string_view payload, bool compressed) {
  char head[largest_head];
  auto size = write_head(head, kind, payload.size(), true, compressed);
  std::string frame;
  frame.reserve(size + payload.size());
  return frame.append(head, size).append(payload);
}

}  // namespace

SharedMessage::SharedMessage(Opcode kind, std::string_view payload)
    : frame_(framed(kind, payload, false)), head_(frame_.size() - payload.size()), kind_(kind) {}

std::string_view SharedMessage::compressed_frame() const {
  std::call_once(compressed_once_, [this] {
    Compression compression({.server_context = false, .client_context = false}, {});
    if (payload().empty()) return;
    if (auto shorter = compression.compress(payload())) compressed_ = framed(kind_, *shorter, true);
  });
  return compressed_.empty() ? frame() : std::string_view(compressed_);
}

}  // namespace sluice::websocket
