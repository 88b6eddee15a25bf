#include "net/open_protocols.hpp"

#include <array>
#include <atomic>

namespace sluice::net {

namespace {

std::array<std::atomic<std::uint64_t>, 3> open_counts;

std::atomic<std::uint64_t>& count_of(OpenProtocol protocol) { return open_counts[static_cast<std::size_t>(protocol)]; }

}  // namespace

void note_open(OpenProtocol protocol) { count_of(protocol).fetch_add(1, std::memory_order_relaxed); }
void note_closed(OpenProtocol protocol) { count_of(protocol).fetch_sub(1, std::memory_order_relaxed); }
std::uint64_t open_now(OpenProtocol protocol) { return count_of(protocol).load(std::memory_order_relaxed); }

}  // namespace sluice::net
