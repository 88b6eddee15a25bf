#include "messaging/websocket_options.hpp"

#include "base/text.hpp"
#include "messaging/origins.hpp"
#include "site/routing/host_pattern.hpp"

namespace sluice::messaging {
namespace {

using namespace std::chrono_literals;
using Kind = config::Value::Kind;

Result<std::string> check_subprotocol(const std::string& text) {
  if (is_token(text)) return text;
  return fail("`" + text + "` is no name of a subprotocol: letters, digits and !#$%&'*+-.^_`|~ only");
}

config::Type<std::string> subprotocol() {
  return config::parsed<std::string>("subprotocol", "a token", "bad-subprotocol", check_subprotocol);
}

config::Type<Rate> rate() { return config::parsed<Rate>("rate", "N/s | N/m | N/h", "bad-rate", parse_rate); }

config::Type<OwnMessage> own_message() {
  config::TypeInfo info;
  info.name = "table";
  info.schema = R"({"type":"object"})";
  info.any_key = true;
  info.kinds = {Kind::table};
  config::Type<OwnMessage> json{
      info, [](const config::Value& value, config::Reading&) { return std::optional(OwnMessage{{}, value}); }};
  auto string = config::string();
  config::Type<OwnMessage> text{
      string.info, [read = string.read](const config::Value& value, config::Reading& reading) {
        auto got = read(value, reading);
        return got ? std::optional(OwnMessage{config::Located<std::string>{std::move(*got), value.span}, {}})
                   : std::nullopt;
      }};
  return config::either({Kind::table}, std::move(json), std::move(text));
}

const config::Fields<RoomNotices>& notice_fields() {
  using config::field;
  static const config::Fields<RoomNotices> fields = {
      field("join", &RoomNotices::join, own_message())
          .doc("Message to all members when someone has come, a text or a table that becomes JSON, with "
               "placeholders.")
          .example("\"{name} is here, that makes {room.count}\""),
      field("leave", &RoomNotices::leave, own_message())
          .doc("Message to those who remain when someone has gone.")
          .example("{ left = \"{name}\", members = \"{room.count}\" }"),
  };
  return fields;
}

config::Type<BadMessage> answer_table() {
  config::TypeInfo info;
  info.name = "table";
  info.schema = R"({"type":"object"})";
  info.any_key = true;
  info.kinds = {Kind::table};
  return {info, [info](const config::Value& value, config::Reading& reading) -> std::optional<BadMessage> {
            if (!config::check_kind(value, info, reading)) return std::nullopt;
            return BadMessage{BadMessage::Action::answer, value};
          }};
}

config::Type<BadMessage> bad_message() {
  auto word = config::one_of<BadMessage>(
      {{"close", {BadMessage::Action::close, {}}}, {"ignore", {BadMessage::Action::ignore, {}}}});
  return config::either({Kind::table}, answer_table(), std::move(word));
}

/// `compression` as a table.
struct CompressionKeys {
  bool server_context = false, client_context = false;
  std::int64_t server_window_bits = 15, client_window_bits = 15, level = 6;
  Bytes threshold;
};

const config::Fields<CompressionKeys>& compression_fields() {
  using config::field;
  using Keys = CompressionKeys;
  static const config::Fields<Keys> fields = {
      field("server_context_takeover", &Keys::server_context, config::boolean())
          .otherwise("false")
          .doc("Whether what the server sends may refer to earlier messages. Compresses better and costs "
               "each connection up to 260 KiB.")
          .example("true"),
      field("client_context_takeover", &Keys::client_context, config::boolean())
          .otherwise("false")
          .doc("The same for what clients send; costs each connection up to 40 KiB.")
          .example("true"),
      field("server_max_window_bits", &Keys::server_window_bits, config::integer(9, 15))
          .otherwise("15")
          .doc("Size of the window with which the server compresses, as a power of two. A client may ask for "
               "less.")
          .example("12"),
      field("client_max_window_bits", &Keys::client_window_bits, config::integer(9, 15))
          .otherwise("15")
          .doc("Size of the window with which clients may compress, as a power of two.")
          .example("12"),
      field("level", &Keys::level, config::integer(1, 9))
          .otherwise("6")
          .doc("How hard the server tries: 1 is quick, 9 small.")
          .example("1"),
      field("threshold", &Keys::threshold, config::size(1_B, 1_GiB))
          .otherwise("\"256B\"")
          .doc("Shorter messages are sent as they are.")
          .example("\"1KiB\""),
  };
  return fields;
}

/// `true`, `false` or a table.
config::Type<websocket::DeflateOptions> compression() {
  using Options = websocket::DeflateOptions;
  auto flag = config::boolean();
  config::Type<Options> plain{flag.info, [read = flag.read](const config::Value& value, config::Reading& reading) {
                                auto enabled = read(value, reading);
                                return enabled ? std::optional(Options{.enabled = *enabled}) : std::nullopt;
                              }};
  auto keys = config::table(compression_fields());
  config::Type<Options> detailed{
      keys.info, [read = keys.read](const config::Value& value, config::Reading& reading) {
        auto got = read(value, reading);
        if (!got) return std::optional<Options>();
        return std::optional(Options{.enabled = true,
                                     .keep_server_context = got->server_context,
                                     .keep_client_context = got->client_context,
                                     .server_window_bits = static_cast<std::uint8_t>(got->server_window_bits),
                                     .client_window_bits = static_cast<std::uint8_t>(got->client_window_bits),
                                     .level = static_cast<std::uint8_t>(got->level),
                                     .threshold = got->threshold.count});
      }};
  return config::either({Kind::table}, std::move(detailed), std::move(plain));
}

const config::Fields<WebSocketLog>& log_fields() {
  using config::field;
  static const config::Fields<WebSocketLog> fields = {
      field("open", &WebSocketLog::open, config::string())
          .doc("Line for standard output when a connection has been opened, with placeholders.")
          .example("\"New WebSocket connection\""),
      field("message", &WebSocketLog::message, config::string())
          .doc("Line for each message. `{message}` is the message, `{message.NAME}` a member of a JSON "
               "message.")
          .example("\"Received message: {message}\""),
      field("close", &WebSocketLog::close, config::string())
          .doc("Line when a connection has ended, however. `{close.code}` and `{close.reason}` say why.")
          .example("\"WebSocket connection closed\""),
  };
  return fields;
}

}  // namespace

const config::Fields<WebSocketOptions>& websocket_fields() {
  using config::field;
  using Options = WebSocketOptions;
  static const config::Fields<Options> fields = {
      field("path", &Options::paths, config::one_or_more(config::string()))
          .required()
          .doc("Path at which WebSockets are opened, or several. `{name}` stands for one segment, "
               "`{name...}` at the end for all that follow.")
          .example("\"/ws/{room}\""),
      field("host", &Options::hosts, site::host_patterns())
          .doc("Name of the host that the request must be for, or several. `*.example.org` is every name below "
               "example.org. A file may set it for all it declares.")
          .example("[\"example.org\", \"www.example.org\"]"),
      field("params", &Options::params, site::parameter_declarations())
          .doc("Types and defaults of path parameters, by name; one that is not declared is a string.")
          .example("{ room = \"int\" }"),
      field("query", &Options::query, site::parameter_declarations())
          .doc("Query parameters of the request that opens the connection, by name.")
          .example("{ name = { type = \"string\", default = \"Anonymous\" } }"),
      field("reply", &Options::reply, config::string())
          .excludes("reply")
          .doc("Answer to each message, with placeholders: `{message}` is the message, `{message.NAME}` a "
               "member of a JSON message. A binary message is answered with a binary one. Without `reply` "
               "and `json` every message comes back as it was.")
          .example("\"Echo: {message}\""),
      field("json", &Options::json, config::any())
          .excludes("reply")
          .doc("Answer to each message, as JSON. The messages must be JSON texts; a lone `{message.NAME}` "
               "keeps the type of the member, and its digits.")
          .example("{ message = \"{message.message}\" }"),
      field("greeting", &Options::greeting, own_message())
          .doc("Message that each client gets when its connection has been opened: a text or a table that "
               "becomes JSON, with placeholders.")
          .example("\"Welcome, {name}!\""),
      field("on_bad_message", &Options::on_bad_message, bad_message())
          .otherwise("\"close\"")
          .doc("What becomes of a message that is no JSON, or has no member that the reply needs: the "
               "connection is closed with 1003 (close), nothing (ignore), or a table that is sent as JSON; "
               "there `{detail}` says what is wrong.")
          .example("{ error = \"{detail}\" }"),
      field("max_message", &Options::max_message, config::size(1_B, 1_GiB))
          .otherwise("\"1MiB\"")
          .doc("Largest message; a larger one closes the connection with 1009.")
          .example("\"64KiB\""),
      field("origins", &Options::origins, config::any_number(origin()))
          .otherwise("\"same\"")
          .doc("Which web pages may connect: those of the same host and port (same), all (any), or those of "
               "the origins listed. `https://*.example.com` is every host below example.com. Others are "
               "refused with 403. Clients that are no browsers send no origin and are not refused.")
          .example("[\"same\", \"https://app.example.com\"]"),
      field("subprotocols", &Options::subprotocols, config::any_number(subprotocol()))
          .doc("Subprotocols of this endpoint, the preferred one first. The first that a client offers is chosen.")
          .example("[\"chat.v2\", \"chat\"]"),
      field("compression", &Options::compression, compression())
          .otherwise("false")
          .doc("Whether messages are compressed where the client offers it (permessage-deflate, RFC 7692); "
               "or a table that says how.")
          .example("{ level = 1, threshold = \"1KiB\" }"),
      field("close_timeout", &Options::close_timeout, config::duration(100ms, 5min))
          .otherwise("\"5s\"")
          .doc("Time that a client has to answer when the server closes the connection.")
          .example("\"1s\""),
      field("ping", &Options::ping, config::duration(0ms, 1h))
          .otherwise("\"25s\"")
          .doc("A client that has sent nothing for this long is sent a ping, which browsers answer by themselves. "
               "Keeps the connection open where proxies end quiet ones. 0s: no pings.")
          .example("\"50s\""),
      field("pong_timeout", &Options::pong_timeout, config::duration(1s, 1h))
          .otherwise("\"10s\"")
          .doc("Time that a client has to answer a ping; anything that it sends will do. Else it is gone, and "
               "its connection is dropped.")
          .example("\"30s\""),
      field("idle_timeout", &Options::idle_timeout, config::duration(0ms, 7 * 24h))
          .otherwise("\"0s\"")
          .doc("A connection without a message in either direction for this long is closed with 1001. Pings are no "
               "messages. 0s: no limit.")
          .example("\"10m\""),
      field("max_age", &Options::max_age, config::duration(0ms, 365 * 24h))
          .otherwise("\"0s\"")
          .doc("A connection that has been open for this long is closed with 1001. 0s: no limit.")
          .example("\"1d\""),
      field("rate", &Options::rate, rate())
          .doc("Most messages and pings of one client. The same number may come at once; a client that sends more is "
               "closed with 1008. Without it there is no limit: clients are served in turns, a client that does not "
               "read its answers is not read from, and one that writes faster than a room's members can be served is "
               "slowed down. Set it where strangers write to many.")
          .example("\"20/s\""),
      field("max_connections", &Options::max_connections, config::integer(0, 10'000'000))
          .otherwise("0")
          .doc("Most connections to this endpoint at once, over all workers; further ones are refused with "
               "503. 0: no limit of its own.")
          .example("1000"),
      field("max_connections_per_ip", &Options::max_connections_per_ip, config::integer(0, 10'000'000))
          .otherwise("0")
          .doc("Most of them from one address; an IPv6 client is its /64. Further ones are refused with 429. "
               "0: "
               "no limit. Behind a proxy all clients have the proxy's address.")
          .example("10"),
      field("room", &Options::room, config::string())
          .doc("Name of the room that each client joins, with placeholders. What a client sends (or the "
               "reply to it, where there is one) goes to all members of the room, in one order, on all "
               "workers. Endpoints that name the same room share it. A `/` or `%` in a value is percent-encoded, so "
               "that no value names a room of another kind.")
          .example("\"chat/{room}\""),
      field("to", &Options::to, config::one_of<Audience>({{"all", Audience::all}, {"others", Audience::others}}))
          .otherwise("\"all\"")
          .doc("Who gets a message that is sent in the room: all members, or all others.")
          .example("\"others\""),
      field("history", &Options::history, config::integer(0, 10'000))
          .otherwise("0")
          .doc("Number of recent messages sent to new members, as they read them. A history takes at most 16 MiB, and "
               "all histories together at most `server.limits.room_history`. A room without members keeps its history "
               "while it is among the last thousand rooms that became empty.")
          .example("50"),
      field("notices", &Options::notices, config::table(notice_fields()))
          .doc("Messages in the room when someone comes or goes. `{room.count}` is the number of members.")
          .example("{ join = \"{name} is here\" }"),
      field("slow_consumer", &Options::slow_consumer,
            config::one_of<rooms::SlowConsumer>(
                {{"close", rooms::SlowConsumer::close}, {"drop_oldest", rooms::SlowConsumer::drop_oldest}}))
          .otherwise("\"close\"")
          .doc("What becomes of a member that reads more slowly than the others write, when `max_backlog` is "
               "full: it is disconnected with 1013 (close), or misses the oldest messages (drop_oldest).")
          .example("\"drop_oldest\""),
      field("max_backlog", &Options::max_backlog, config::size(1_KiB, 1_GiB))
          .otherwise("\"1MiB\"")
          .doc("Memory for messages of the room that wait for a member that reads slowly; each takes some 200 bytes "
               "more than its content. One message waits whatever its size.")
          .example("\"256KiB\""),
      field("log", &Options::log, config::table(log_fields()))
          .doc("Lines of your own for standard output.")
          .example("{ open = \"New connection from {remote.ip}\" }"),
      field("errors", &Options::errors, site::error_body())
          .doc("Form of the bodies when a connection is refused. Without it the server's form holds.")
          .example("\"text\""),
      field("trailing_slash", &Options::trailing_slash, site::trailing_slash())
          .doc("What becomes of a path that differs only in the slash at its end: a redirect (307), the same "
               "(ignore), or 404 (strict). Without it the server's setting holds.")
          .example("\"ignore\""),
  };
  return fields;
}

}  // namespace sluice::messaging
