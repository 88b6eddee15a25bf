#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::http1 {

class Engine;
class Exchange;

/// The exchanges of a session that are over but for what the kernel has not taken of their responses yet, in their
/// order. Each ends, and is told to the application, when all of it has been taken. Owned by the session; one thread.
class UnsentResponses {
 public:
  UnsentResponses() = default;
  UnsentResponses(const UnsentResponses&) = delete;
  UnsentResponses& operator=(const UnsentResponses&) = delete;

  bool empty() const { return last_ == nullptr; }
  /// Bytes of memory that they take.
  std::size_t held() const { return held_; }
  void add(Exchange& exchange);
  /// The transport has sent so many bytes since its beginning: ends what they complete; or `all`, because nothing more
  /// will be sent.
  void settle(Engine& engine, std::uint64_t sent, bool all = false);
  /// Tells the application how the response of `exchange` ended, when so many bytes have been sent.
  static void conclude(Engine& engine, Exchange& exchange, std::uint64_t sent);

 private:
  Exchange* last_ = nullptr;  // of a ring; its next is the first
  std::size_t held_ = 0;
};

}  // namespace sluice::http1
