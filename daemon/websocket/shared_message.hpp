#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/account.hpp"
#include "net/loop/turn_budget.hpp"
#include "websocket/frame.hpp"

namespace sluice::websocket {

/// One message for many sessions: framed once, compressed at most once. May be used by all threads at once.
class SharedMessage {
 public:
  /// `kind` is text, `payload` then UTF-8, or binary.
  SharedMessage(Opcode kind, std::string_view payload);
  ~SharedMessage();

  Opcode kind() const { return kind_; }
  std::string_view payload() const { return std::string_view(frame_).substr(head_); }
  std::string_view frame() const { return frame_; }
  /// The frame with its payload compressed, without context take-over and with the largest window; frame()
  /// where that would not be shorter. Valid when is_compressed().
  std::string_view compressed_frame() const { return compressed_.empty() ? frame() : std::string_view(compressed_); }
  bool is_compressed() const { return is_compressed_.load(std::memory_order_acquire); }
  /// Goes on with compressing. False when it is not done yet: the share is spent, or another thread is about it.
  bool compress(const net::WorkShare& share) const;

  /// Octets of memory that it takes, with the forms that were made of it.
  std::size_t weight() const { return weight_.load(std::memory_order_relaxed); }
  /// From now on `account` counts it, and the forms that are made of it later; null: none does any more.
  void count_in(Account* account) const;

 private:
  void keep_compressed(std::string frame) const;

  std::string frame_;
  std::size_t head_;
  Opcode kind_;
  struct Compressing;

  mutable std::mutex compressing_;  // who holds it may change the next two
  mutable std::unique_ptr<Compressing> half_compressed_;
  mutable std::string compressed_;
  mutable std::mutex counting_;  // of the weight and who counts it, together
  mutable Account* account_ = nullptr;
  mutable std::atomic<std::size_t> weight_;
  mutable std::atomic<bool> is_compressed_ = false;
};

}  // namespace sluice::websocket
