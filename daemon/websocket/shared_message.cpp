#include "websocket/shared_message.hpp"

#include <utility>

#include "websocket/deflate.hpp"

namespace sluice::websocket {
namespace {

/// What the heap adds to an object, and std::make_shared to it.
constexpr std::size_t heap_overhead = 16, control_block = 16;

std::string framed(Opcode kind, std::string_view payload, bool compressed) {
  char head[largest_head];
  auto size = write_head(head, kind, payload.size(), true, compressed);
  std::string frame;
  frame.reserve(size + payload.size());
  return frame.append(head, size).append(payload);
}

/// Octets of the heap that a string takes; a short one lies within its object.
std::size_t heap_octets(const std::string& text) {
  static const auto within = std::string().capacity();
  return text.capacity() > within ? text.capacity() + 1 + heap_overhead : 0;
}

}  // namespace

SharedMessage::SharedMessage(Opcode kind, std::string_view payload)
    : frame_(framed(kind, payload, false)),
      head_(frame_.size() - payload.size()),
      kind_(kind),
      weight_(sizeof(SharedMessage) + control_block + heap_overhead + heap_octets(frame_)) {}

std::string_view SharedMessage::compressed_frame() const {
  std::call_once(compressed_once_, [this] {
    Compression compression({.server_context = false, .client_context = false}, {});
    if (payload().empty()) return;
    if (auto shorter = compression.compress(payload())) keep_compressed(framed(kind_, *shorter, true));
  });
  return compressed_.empty() ? frame() : std::string_view(compressed_);
}

void SharedMessage::keep_compressed(std::string frame) const {
  compressed_ = std::move(frame);
  std::lock_guard lock(counting_);
  auto more = heap_octets(compressed_);
  weight_ += more;
  if (account_) account_->add(more);
}

void SharedMessage::count_in(Account* account) const {
  std::lock_guard lock(counting_);
  if (account_) account_->remove(weight_);
  account_ = account;
  if (account_) account_->add(weight_);
}

}  // namespace sluice::websocket
