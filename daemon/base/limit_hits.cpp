#include "base/limit_hits.hpp"

#include <array>
#include <atomic>

namespace sluice {

namespace {

constexpr std::array<std::string_view, limit_count> names = {
    "",
    "header_bytes",
    "header_count",
    "uri_bytes",
    "body_bytes",
    "body_rate",
    "keep_alive_requests",
    "connections",
    "connections_per_ip",
    "memory",
    "room_history",
    "timeouts.header",
    "timeouts.body_idle",
    "timeouts.write_idle",
    "timeouts.file_system",
    "timeouts.keep_alive",
    "timeouts.response",
    "websocket.max_message",
    "websocket.rate",
    "websocket.max_connections",
    "websocket.max_connections_per_ip",
};

std::array<std::atomic<std::uint64_t>, limit_count> hits;

}  // namespace

std::string_view name_of(Limit limit) { return names[static_cast<std::size_t>(limit)]; }

void note_hit(Limit limit) {
  if (limit != Limit::none) hits[static_cast<std::size_t>(limit)].fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t hits_of(Limit limit) { return hits[static_cast<std::size_t>(limit)].load(std::memory_order_relaxed); }

}  // namespace sluice
