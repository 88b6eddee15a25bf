#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::http1 {

class Engine;
class Exchange;

/// The exchanges of a session whose responses are complete, but not yet taken by the kernel, in order. When the kernel
/// has taken a response, its exchange ends and the application is informed. Owned by the session; one thread.
class UnsentResponses {
 public:
  UnsentResponses() = default;
  UnsentResponses(const UnsentResponses&) = delete;
  UnsentResponses& operator=(const UnsentResponses&) = delete;

  bool empty() const { return last_ == nullptr; }
  /// Bytes of memory that they take.
  std::size_t held() const { return held_; }
  void add(Exchange& exchange);
  /// The transport has sent `sent` bytes since its beginning. Ends the exchanges that are complete, or `all`, if
  /// nothing more will be sent.
  void settle(Engine& engine, std::uint64_t sent, bool all = false);
  /// Informs the application how the response of `exchange` ended, after `sent` bytes.
  static void conclude(Engine& engine, Exchange& exchange, std::uint64_t sent);

 private:
  Exchange* last_ = nullptr;  // of a ring; its next is the first
  std::size_t held_ = 0;
};

}  // namespace sluice::http1
