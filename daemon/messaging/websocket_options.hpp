#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/rate.hpp"
#include "config/fields/fields.hpp"
#include "rooms/follower.hpp"
#include "site/routing/parameters.hpp"
#include "site/routing/trailing_slash.hpp"
#include "site/settings/error_body.hpp"
#include "websocket/deflate.hpp"

namespace sluice::messaging {

/// What is done with a message from which the reply cannot be made: no JSON, or without a member that is
/// needed.
struct BadMessage {
  enum class Action : std::uint8_t {
    close,  // 1003
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

/// A message of the config's own: a text with placeholders, or a table that becomes JSON.
struct OwnMessage {
  std::optional<config::Located<std::string>> text;
  std::optional<config::Value> json;
};

/// Messages that members of a room get when someone comes or goes.
struct RoomNotices {
  std::optional<OwnMessage> join, leave;
};

/// Who gets a message that is sent in a room.
enum class Audience : std::uint8_t { all, others };

/// The keys of [[websocket]], as they stand in the file.
struct WebSocketOptions {
  std::vector<config::Located<std::string>> paths;
  std::vector<config::Located<std::string>> hosts;
  site::Declarations params, query;
  std::optional<config::Located<std::string>> reply;
  std::optional<config::Value> json;
  std::optional<OwnMessage> greeting;
  BadMessage on_bad_message;
  Bytes max_message;
  std::vector<config::Located<std::string>> origins;
  std::vector<config::Located<std::string>> subprotocols;
  websocket::DeflateOptions compression;
  std::chrono::milliseconds close_timeout{};
  std::chrono::milliseconds ping{}, pong_timeout{}, idle_timeout{}, max_age{};
  Rate rate;
  std::int64_t max_connections = 0, max_connections_per_ip = 0;
  std::optional<config::Located<std::string>> room;
  Audience to = Audience::all;
  std::int64_t history = 0;
  RoomNotices notices;
  rooms::SlowConsumer slow_consumer = rooms::SlowConsumer::close;
  Bytes max_backlog;
  WebSocketLog log;
  std::optional<site::ErrorBody> errors;
  std::optional<site::TrailingSlash> trailing_slash;
};

const config::Fields<WebSocketOptions>& websocket_fields();

}  // namespace sluice::messaging
