#include "messaging/event_stream.hpp"
#include "site/request_values.hpp"
#include "site/response_fields.hpp"
#include "site/routing/match.hpp"
#include "site/site.hpp"

/// `events = { room = "…" }`: follows a room as server-sent events (WHATWG HTML §9.2).
namespace sluice::messaging {
namespace {

using config::Located;
using namespace std::chrono_literals;

struct EventKeys {
  Located<std::string> room;
  std::int64_t history = 0;
  std::string event;
  std::chrono::milliseconds heartbeat{};
  std::optional<std::chrono::milliseconds> retry;
  rooms::SlowConsumer slow_consumer = rooms::SlowConsumer::close;
  Bytes max_backlog;
};

struct Options {
  EventKeys events;
};

Result<std::string> check_event_name(const std::string& text) {
  if (text.find_first_of("\r\n") == std::string::npos) return text;
  return fail("the name of an event is one line");
}

const config::Fields<EventKeys>& event_fields() {
  using config::field;
  static const config::Fields<EventKeys> all = {
      field("room", &EventKeys::room, config::string())
          .required()
          .doc("Name of the room, with placeholders. A `/` or `%` in a value is percent-encoded, so that no value "
               "names a room of another kind.")
          .example("\"chat/{room}\""),
      field("history", &EventKeys::history, config::integer(0, 10'000))
          .otherwise("0")
          .doc("Number of recent messages sent to a new client, as it reads them. A client that connects again and "
               "says which event it saw last (Last-Event-ID, as browsers do) gets only those after it.")
          .example("50"),
      field("event", &EventKeys::event,
            config::parsed<std::string>("event name", "one line", "bad-event", check_event_name))
          .otherwise("\"\"")
          .doc("Name of the events. Without it browsers call them `message`.")
          .example("\"news\""),
      field("heartbeat", &EventKeys::heartbeat, config::duration(1s, 1h))
          .otherwise("\"15s\"")
          .doc("After this long without an event a comment is sent, so that proxies keep the connection and dead "
               "clients are noticed.")
          .example("\"30s\""),
      field("retry", &EventKeys::retry, config::duration(0ms, 24h))
          .doc("How long browsers wait before they connect again.")
          .example("\"5s\""),
      field("slow_consumer", &EventKeys::slow_consumer,
            config::one_of<rooms::SlowConsumer>(
                {{"close", rooms::SlowConsumer::close}, {"drop_oldest", rooms::SlowConsumer::drop_oldest}}))
          .otherwise("\"close\"")
          .doc("What becomes of a client that reads more slowly than messages come, when `max_backlog` is "
               "full: it is disconnected (close), or misses the oldest messages (drop_oldest).")
          .example("\"drop_oldest\""),
      field("max_backlog", &EventKeys::max_backlog, config::size(1_KiB, 1_GiB))
          .otherwise("\"1MiB\"")
          .doc("Memory for messages that wait for a client that reads slowly; each takes some 200 bytes more than its "
               "text. One message waits whatever its size.")
          .example("\"256KiB\""),
  };
  return all;
}

const config::Fields<Options>& fields() {
  static const config::Fields<Options> all = {
      config::field("events", &Options::events, config::table(event_fields()))
          .doc("Follows a room as server-sent events (`EventSource` in browsers): the response does not end. "
               "Binary messages are left out.")
          .example("{ room = \"news\" }"),
  };
  return all;
}

class Events final : public site::Handler {
 public:
  Events(templates::Template room, std::shared_ptr<const EventSettings> settings, site::ResponseFields fields)
      : room_(std::move(room)), settings_(std::move(settings)), fields_(std::move(fields)) {}

  bool lasting() const override { return true; }

  void handle(http::Exchange& exchange) const override {
    http::Response response;
    fields_.apply(exchange, response);
    std::string room(room_.render(site::RequestValues(exchange), exchange.arena));
    std::string last(exchange.request.field("Last-Event-ID"));
    const auto& endpoint = *static_cast<const site::Match*>(exchange.matched)->endpoint;
    exchange.begin(std::move(response),
                   std::make_unique<EventStream>(settings_, std::move(room), std::move(last), endpoint.lease));
  }

 private:
  templates::Template room_;
  std::shared_ptr<const EventSettings> settings_;
  site::ResponseFields fields_;
};

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  const auto& keys = options.events;
  auto& diagnostics = context.reading.diagnostics;
  auto settings = std::make_shared<EventSettings>();
  settings->history = static_cast<std::size_t>(keys.history);
  settings->event = keys.event;
  settings->heartbeat = keys.heartbeat;
  settings->retry = keys.retry;
  settings->backlog = {keys.max_backlog.count, keys.slow_consumer};
  // The last one asks nginx not to collect the response before it passes it on.
  site::ResponseFields::List own = {
      {"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  return std::make_unique<Events>(
      templates::Template::compile(keys.room, context.scope, templates::Escape::name_part, diagnostics),
      std::move(settings), site::ResponseFields(std::move(own), context.headers, context.scope, diagnostics));
}

const site::RouteAction action("events", fields, make);

}  // namespace
}  // namespace sluice::messaging
