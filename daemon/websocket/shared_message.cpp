#include "websocket/shared_message.hpp"

#include <utility>

#include "websocket/deflate.hpp"

namespace sluice::websocket {
namespace {

/// What the heap adds to an object, and std::make_shared to it.
constexpr std::size_t heap_overhead = 16, control_block = 16;

std::string framed(Opcode kind, std::string_view payload, bool compressed) {
  char head[largest_sent_head];
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

/// The work while it is half done.
struct SharedMessage::Compressing {
  explicit Compressing(std::string_view payload) : rest(payload) {}

  Compression compression{{.server_context = false, .client_context = false}, {}};
  std::string_view rest;
  std::string out;
};

SharedMessage::SharedMessage(Opcode kind, std::string_view payload)
    : frame_(framed(kind, payload, false)),
      head_(frame_.size() - payload.size()),
      kind_(kind),
      weight_(sizeof(SharedMessage) + control_block + heap_overhead + heap_octets(frame_)) {}

SharedMessage::~SharedMessage() = default;

bool SharedMessage::compress(const net::WorkShare& share) const {
  std::unique_lock lock(compressing_, std::try_to_lock);
  if (!lock) return is_compressed();
  if (is_compressed()) return true;
  if (!half_compressed_) half_compressed_ = std::make_unique<Compressing>(payload());
  auto& half = *half_compressed_;
  if (!half.compression.compress(half.rest, half.out, share)) return false;
  if (!half.compression.in_vain(payload().size(), half.out)) keep_compressed(framed(kind_, half.out, true));
  half_compressed_.reset();
  is_compressed_.store(true, std::memory_order_release);
  return true;
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
