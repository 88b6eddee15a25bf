#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "config/fields.hpp"
#include "site/error_body.hpp"
#include "site/parameters.hpp"
#include "site/trailing_slash.hpp"
#include "websocket/deflate.hpp"

namespace sluice::handlers {

/// What is done with a message from which the reply cannot be made: no JSON, or without a member that is needed.
struct BadMessage {
  enum class Action : std::uint8_t {
    close,   // 1003
    ignore,
    answer,  // with JSON
  };
  Action action = Action::close;
  std::optional<config::Value> answer;
};

/// Lines for standard output, templates.
struct WebSocketLog {
  std::optional<config::Located<std::string>> open, message, close;
};

/// The keys of [[websocket]], as they stand in the file.
struct WebSocketOptions {
  std::vector<config::Located<std::string>> paths;
  config::Located<std::string> host;
  site::Declarations params, query;
  std::optional<config::Located<std::string>> reply;
  std::optional<config::Value> json;
  std::optional<config::Located<std::string>> greeting;
  BadMessage on_bad_message;
  Bytes max_message;
  std::vector<config::Located<std::string>> origins;
  std::vector<config::Located<std::string>> subprotocols;
  websocket::DeflateOptions compression;
  std::chrono::milliseconds close_timeout{};
  WebSocketLog log;
  std::optional<site::ErrorBody> errors;
  std::optional<site::TrailingSlash> trailing_slash;
};

const config::Fields<WebSocketOptions>& websocket_fields();

}  // namespace sluice::handlers
