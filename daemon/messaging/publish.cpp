#include <string>

#include "base/utf8.hpp"
#include "messaging/origins.hpp"
#include "rooms/hub.hpp"
#include "site/request_values.hpp"
#include "site/response_fields.hpp"
#include "site/site.hpp"

/// `publish = { room = "…", text = "{body}" }`: sends a message to all who follow a room.
namespace sluice::messaging {
namespace {

using config::Located;
using websocket::Opcode;

struct PublishKeys {
  Located<std::string> room;
  std::optional<Located<std::string>> text, binary;
  std::optional<config::Value> json;
  std::vector<Located<std::string>> origins;
};

struct Options {
  PublishKeys publish;
};

const config::Fields<PublishKeys>& publish_fields() {
  using config::field;
  static const config::Fields<PublishKeys> all = {
      field("room", &PublishKeys::room, config::string())
          .required()
          .doc("Name of the room, with placeholders. A `/` or `%` in a value is percent-encoded, so that no value "
               "names a room of another kind.")
          .example("\"chat/{room}\""),
      field("text", &PublishKeys::text, config::string())
          .one_of_group("message")
          .doc("The message as a text, with placeholders. One that is not UTF-8 is answered with 400.")
          .example("\"{body}\""),
      field("json", &PublishKeys::json, config::any())
          .one_of_group("message")
          .doc("The message as JSON, with placeholders.")
          .example("{ news = \"{body}\" }"),
      field("binary", &PublishKeys::binary, config::string())
          .one_of_group("message")
          .doc("The message as bytes, with placeholders.")
          .example("\"{body}\""),
      field("origins", &PublishKeys::origins, config::any_number(origin()))
          .otherwise("\"same\"")
          .doc("Which web pages may publish: those of the same host and port (same), all (any), or those of the "
               "origins listed. `https://*.example.com` is every host below example.com. Others are answered with "
               "403. Clients that are no browsers send no origin and are not refused.")
          .example("[\"same\", \"https://app.example.com\"]"),
  };
  return all;
}

const config::Fields<Options>& fields() {
  static const config::Fields<Options> all = {
      config::field("publish", &Options::publish, config::table(publish_fields()))
          .doc("Publishes a message in a room, to WebSockets and event streams alike. Answers with "
               "{\"receivers\":N}: how many members the room has now; none is no error.")
          .example("{ room = \"news\", text = \"{body}\" }"),
  };
  return all;
}

class Publish final : public site::Handler {
 public:
  Publish(http::OriginPolicy origins, templates::Template room, templates::Template message, Opcode kind,
          http::Status status, site::ResponseFields fields)
      : origins_(std::move(origins)),
        room_(std::move(room)),
        message_(std::move(message)),
        kind_(kind),
        status_(status),
        fields_(std::move(fields)) {}

  void handle(http::Exchange& exchange) const override {
    if (auto refused = origins_.judge(exchange.request))
      return site::respond_error(exchange, refused, "pages of this origin may not publish");
    auto& hub = rooms::Hub::current();
    if (hub.overloaded()) return refuse_for_now(exchange);
    site::RequestValues values(exchange);
    auto text = message_.render(values, exchange.arena);
    if (kind_ == Opcode::text && !valid_utf8(text))
      return site::respond_error(exchange, 400, "the message is not UTF-8");
    auto message = std::make_shared<const websocket::SharedMessage>(kind_, text);
    auto receivers = hub.publish(std::string(room_.render(values, exchange.arena)), std::move(message));
    http::Response response;
    response.status = status_;
    fields_.apply(exchange, response);
    response.body = exchange.arena.copy("{\"receivers\":" + std::to_string(receivers) + "}");
    exchange.respond(std::move(response));
  }

 private:
  static void refuse_for_now(http::Exchange& exchange) {
    auto response =
        site::make_error_response(exchange, 503, "deliveries lag behind, try again", site::errors_of(exchange));
    response.fields.push_back({"Retry-After", "1"});
    exchange.respond(std::move(response));
  }

  http::OriginPolicy origins_;
  templates::Template room_, message_;
  Opcode kind_;
  http::Status status_;
  site::ResponseFields fields_;
};

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  using templates::Template;
  const auto& keys = options.publish;
  auto& diagnostics = context.reading.diagnostics;
  auto compile = [&](const Located<std::string>& text, templates::Escape escape = templates::Escape::none) {
    return Template::compile(text, context.scope, escape, diagnostics);
  };
  if (!keys.json && !keys.text && !keys.binary) return nullptr;  // reported when it was read
  auto message = keys.json ? Template::compile_json(*keys.json, context.scope, diagnostics)
                           : compile(keys.text ? *keys.text : *keys.binary);
  auto kind = keys.binary ? Opcode::binary : Opcode::text;
  return std::make_unique<Publish>(
      origin_policy(keys.origins), compile(keys.room, templates::Escape::name_part), std::move(message), kind,
      context.status ? context.status : http::Status{200},
      site::ResponseFields({{"Content-Type", "application/json"}}, context.headers, context.scope, diagnostics));
}

const site::RouteAction action("publish", fields, make);

}  // namespace
}  // namespace sluice::messaging
