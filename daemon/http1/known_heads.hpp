#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"

namespace sluice::http1 {

/// A request head that was read before, and what it says. Shared by the exchanges of the requests that repeat it.
struct KnownHead final : http::Retained {
  std::string octets;
  std::vector<http::FieldLine> fields;
  http::Request request;  // views into `octets`; without scheme and body
  bool keep_alive = true;
  http::Memo memo;
};

/// The request heads that came more than once lately to the listeners of one kind of a worker. Whoever polls, a load
/// balancer that asks whether we are well, and all browsers of one version that load the same page send the same octets
/// each time: comparing them is all that is left of reading and routing them, which takes two fifths off the
/// instructions that a small request costs us. One thread; keeps at most 256 heads of at most 1 KiB, and as much for
/// their fields.
class KnownHeads {
 public:
  KnownHeads() = default;
  ~KnownHeads() { clear(); }
  KnownHeads(const KnownHeads&) = delete;
  KnownHeads& operator=(const KnownHeads&) = delete;

  /// The known head with which `received`, that begins with the first octet of a head, begins itself; or null. Lives
  /// until the next note() or clear(), longer for whoever retains it.
  KnownHead* find(std::string_view received);

  /// `head` has just been read. It must be one of HTTP/1.1 whose fields are plain (split_plain_fields) and valid,
  /// without Expect and without a body. The views of `request` lie in a copy that begins at `copy`. Kept is what comes
  /// the second time.
  void note(std::string_view head, const char* copy, const http::Request& request, bool keep_alive);

  /// Forgets all: other limits hold from now on.
  void clear();

 private:
  static constexpr std::size_t most_octets = 1024;
  static constexpr std::size_t most_fields = 32;

  struct Slot {
    std::uint64_t seen = 0;  // hash of the head that was noted here last
    KnownHead* head = nullptr;
  };
  Slot& slot_of(std::uint64_t key) { return slots_[key % slots_.size()]; }
  static bool matches(const KnownHead* head, std::string_view received) {
    return head && received.starts_with(head->octets);
  }

  std::array<Slot, 256> slots_;
  KnownHead* latest_ = nullptr;  // found or kept; behind it in a pipeline stand more of its kind
};

}  // namespace sluice::http1
