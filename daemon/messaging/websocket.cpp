#include <algorithm>

#include "base/escape.hpp"
#include "base/limit_hits.hpp"
#include "config/findings/diagnostics.hpp"
#include "logging/log.hpp"
#include "messaging/websocket_conversation.hpp"
#include "messaging/websocket_endpoint.hpp"
#include "messaging/websocket_options.hpp"
#include "site/builder.hpp"
#include "site/lease.hpp"
#include "site/request_values.hpp"
#include "site/site.hpp"

/// The section [[websocket]]: opens WebSockets, and refuses requests that do not ask for one as they should.
namespace sluice::messaging {
namespace {

/// Answers the requests to one [[websocket]] by the opening handshake (RFC 6455 §4.2).
class WebSocketHandler final : public site::Handler {
 public:
  WebSocketHandler(std::shared_ptr<const WebSocketEndpoint> endpoint, std::shared_ptr<site::Lease> lease)
      : endpoint_(std::move(endpoint)), lease_(std::move(lease)) {}

  void handle(http::Exchange& exchange) const override {
    auto shaken = websocket::shake_hands(exchange.request, endpoint_->handshake);
    if (shaken.status != 101) return refuse(exchange, shaken);
    auto slot = ConnectionSlot::take(lease_, endpoint_->most_connections, exchange.client());
    if (!slot) return turn_away(exchange, slot.error());

    KeptValues kept(endpoint_->used.kept, site::RequestValues(exchange));
    auto conversation = std::make_unique<WebSocketConversation>(endpoint_, std::move(kept), *std::move(slot));
    auto compression = shaken.deflate
                           ? std::make_unique<websocket::Compression>(*shaken.deflate, endpoint_->handshake.deflate)
                           : nullptr;
    auto session =
        std::make_unique<websocket::Session>(endpoint_->limits, std::move(conversation), std::move(compression));
    http::Response response;
    response.status = 101;
    response.fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", shaken.accept}};
    if (!shaken.protocol.empty()) response.fields.push_back({"Sec-WebSocket-Protocol", shaken.protocol});
    if (shaken.deflate) response.fields.push_back({"Sec-WebSocket-Extensions", shaken.deflate->response});
    exchange.upgrade(std::move(response), std::move(session));
  }

 private:
  /// Browsers tell pages nothing of why a WebSocket did not open.
  static void note_refusal(const http::Exchange& exchange, http::Status status, std::string_view reason) {
    if (!logging::enabled(logging::Level::debug)) return;
    logging::debug("WebSocket refused with " + std::to_string(status) + ": " + std::string(reason) + " (" +
                   log_escaped(exchange.request.path) + ", client " + exchange.client().host() + ")");
  }

  static void refuse(http::Exchange& exchange, const websocket::Handshake& shaken) {
    note_refusal(exchange, shaken.status, shaken.reason);
    auto response = site::make_error_response(exchange, shaken.status, shaken.reason, site::errors_of(exchange));
    if (shaken.status == 426) {  // RFC 9110 §15.5.22, RFC 6455 §4.4
      response.fields.insert(response.fields.end(),
                             {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}});
    }
    exchange.respond(std::move(response));
  }

  static void turn_away(http::Exchange& exchange, http::Status status) {
    note_hit(status == 429 ? Limit::websocket_connections_per_ip : Limit::websocket_connections);
    auto detail = status == 429 ? "too many connections from this address" : "too many connections";
    note_refusal(exchange, status, detail);
    auto response = site::make_error_response(exchange, status, detail, site::errors_of(exchange));
    response.fields.push_back({"Retry-After", "10"});
    exchange.respond(std::move(response));
  }

  std::shared_ptr<const WebSocketEndpoint> endpoint_;
  std::shared_ptr<site::Lease> lease_;
};

std::string summary_of(const WebSocketOptions& options) {
  return options.json ? "websocket json" : options.reply ? "websocket reply" : "websocket echo";
}

/// Whether the table has `room`, or a key that was meant to be it and is reported as misspelt.
bool names_room(const config::Value& table) {
  std::vector<std::string_view> names;
  for (const auto& field : websocket_fields()) names.push_back(field.name);
  return std::ranges::any_of(table.members, [&](const config::Member& member) {
    return member.key == "room" || config::nearest(member.key, names) == "room";
  });
}

/// Keys that say how a room works, where there is none.
void report_roomless_keys(const config::Value& table, config::Diagnostics& diagnostics) {
  if (names_room(table)) return;
  for (auto key : {"to", "history", "notices", "slow_consumer", "max_backlog"}) {
    const auto* member = table.find_member(key);
    if (!member) continue;
    auto& error =
        diagnostics.error("needs-key", member->key_span, "`" + std::string(key) + "` has no meaning without `room`");
    error.help = "say which room clients join: room = \"NAME\"";
  }
}

/// Whether the table says which requests the WebSocket serves. If not, it is compared with no other.
bool place_is_known(const config::Declaration& declaration, const WebSocketOptions& options) {
  const auto& table = declaration.table;
  return declaration.hosts_known && config::is_read(table, "path", options.paths.size()) &&
         config::is_read(table, "host", options.hosts.size());
}

/// Checks everything, whatever has been found wrong with some of it.
void build_websocket(const config::Declaration& declaration, site::Builder& builder) {
  WebSocketOptions options;
  site::HookOptions hooks("websocket");
  config::read_parts(declaration.table, "[[websocket]]", hooks.parts_with({&websocket_fields(), &options}),
                     builder.reading());
  if (!options.room && names_room(declaration.table))
    options.room.emplace();  // reported; the rest is checked as with it
  report_roomless_keys(declaration.table, builder.reading().diagnostics);
  if (options.paths.empty()) return;
  bool known = place_is_known(declaration, options);
  site::Endpoint endpoint;
  endpoint.section = "websocket";
  endpoint.summary = summary_of(options);
  endpoint.paths = options.paths;
  endpoint.hosts = options.hosts.empty() ? declaration.hosts : options.hosts;
  endpoint.methods = {http::Method::get};
  endpoint.parameters = builder.parameters_of(options.paths, options.params, options.query);
  endpoint.trailing_slash = options.trailing_slash;
  endpoint.hooks = builder.hooks(&hooks);
  if (options.errors) endpoint.errors = std::make_shared<const site::ErrorBody>(*options.errors);
  endpoint.where = declaration.table.span;
  auto scope = builder.scope_of(options.paths, endpoint.parameters);
  auto compiled = std::make_shared<const WebSocketEndpoint>(options, scope, builder.reading().diagnostics);
  endpoint.lease = site::Lease::of(declaration);
  endpoint.lease->addresses.per_address = compiled->most_of_address;
  endpoint.handler = std::make_unique<WebSocketHandler>(std::move(compiled), endpoint.lease);
  if (known) builder.add(std::move(endpoint));
}

const config::SectionEntry websocket_section(
    "websocket", true, "A WebSocket endpoint: what happens to the messages that clients send to it.",
    []() -> const std::vector<config::Field>& { return websocket_fields(); });
const site::SectionBuilder websocket_builder("websocket", build_websocket);

}  // namespace
}  // namespace sluice::messaging
