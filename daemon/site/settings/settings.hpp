#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "config/fields/fields.hpp"
#include "net/socket/address.hpp"
#include "site/builder.hpp"
#include "site/settings/error_body.hpp"
#include "site/settings/networks.hpp"

/// [server] and [log]: what holds for the daemon as a whole.
namespace sluice::site {

/// [server.limits]: nothing is unbounded.
struct Limits {
  Bytes header_bytes;
  std::int64_t header_count = 0;
  Bytes uri_bytes;
  Bytes body_bytes;
  std::int64_t connections = 0;                    // of the whole daemon
  std::optional<std::int64_t> connections_per_ip;  // 0: no limit; absent: one for public addresses
  std::int64_t keep_alive_requests = 0;            // 0: no limit
  Bytes body_rate;                                 // a second; 0: any
  Bytes memory;                                    // of the process; 0: no limit
  Bytes file_cache;                                // of all workers
  Bytes room_history;                              // of all rooms
};

/// [server.timeouts]: every wait ends.
struct Timeouts {
  std::chrono::milliseconds header{};
  std::chrono::milliseconds body_idle{};
  std::chrono::milliseconds write_idle{};
  std::chrono::milliseconds file_system{};  // 0: any
  std::chrono::milliseconds keep_alive{};
  std::chrono::milliseconds response{};
};

struct ServerOptions {
  std::vector<config::Located<net::Endpoint>> listen;
  std::int64_t workers = 0;  // 0: one for each CPU
  std::chrono::milliseconds shutdown_timeout{};
  Limits limits;
  Timeouts timeouts;
  std::optional<config::Value> headers;
  ErrorBody errors;
  NetworkList trusted_proxies;
  TrailingSlash trailing_slash = TrailingSlash::redirect;
  bool server_timing = false;
  std::vector<config::Located<std::string>> banner;
  std::optional<std::string> pid_file;
};

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };
enum class LogFormat : std::uint8_t { text, json };
enum class AccessFormat : std::uint8_t { combined, common, json, custom };

/// The format of the access log: one that has a name, or a template of the user's own.
struct AccessLine {
  AccessFormat format = AccessFormat::combined;
  config::Located<std::string> text;  // custom
};

/// [log.access]
struct AccessLogOptions {
  std::string to;  // "off", "stdout", or an absolute path
  AccessLine format;

  bool wanted() const { return to != "off"; }
};

struct LogOptions {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  std::optional<config::Located<std::string>> request;
  AccessLogOptions access;
};

const config::Fields<ServerOptions>& server_fields();
const config::Fields<LogOptions>& log_fields();

}  // namespace sluice::site
