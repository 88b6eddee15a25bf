#pragma once

#include <cstdint>
#include <string_view>

/// How often a client met one of the limits of the configuration: a count for each, of the whole process. Any thread
/// may note and read; what is noted is an exception, so that one shared number does not slow the workers down.
namespace sluice {

enum class Limit : std::uint8_t {
  none,  // is not counted
  header_bytes,
  header_count,
  uri_bytes,
  body_bytes,
  body_rate,
  keep_alive_requests,
  connections,
  connections_per_ip,
  memory,
  room_history,
  header_timeout,
  body_timeout,
  write_timeout,
  file_system_timeout,
  keep_alive_timeout,
  response_timeout,
  websocket_message,
  websocket_rate,
  websocket_connections,
  websocket_connections_per_ip,
};
inline constexpr std::size_t limit_count = static_cast<std::size_t>(Limit::websocket_connections_per_ip) + 1;

/// The key that sets the limit, without the section: "header_bytes", "timeouts.header", "websocket.rate".
std::string_view name_of(Limit limit);
void note_hit(Limit limit);
std::uint64_t hits_of(Limit limit);

}  // namespace sluice
