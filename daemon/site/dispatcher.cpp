#include "site/dispatcher.hpp"

#include <atomic>
#include <new>

#include "base/clock.hpp"
#include "base/limit_hits.hpp"
#include "logging/user_lines.hpp"
#include "net/loop/timer.hpp"
#include "site/forwarded.hpp"
#include "site/request_values.hpp"
#include "site/routing/match.hpp"
#include "site/routing/parameters.hpp"

namespace sluice::site {

namespace {

/// Waits out `delay`, then lets the handler answer. Ends with the exchange.
class Delay final : public http::Work {
 public:
  Delay(http::Exchange& exchange, const Endpoint& endpoint)
      : timer_(exchange.loop(), endpoint.delay, [&exchange, &endpoint] { endpoint.handler->handle(exchange); }) {}

 private:
  net::Timer timer_;
};

/// Each worker numbers its requests in a range of its own.
std::uint64_t first_id() {
  static std::atomic<std::uint64_t> workers{0};
  return (workers++ << 48) + 1;
}

/// The location is path-absolute as the client sent it, and must never begin with "//", which would name a host.
std::string_view redirect_target(http::Exchange& exchange, std::string_view path) {
  auto slashes = path.find_first_not_of('/');
  if (slashes == std::string_view::npos) slashes = path.size();
  if (slashes > 1) path.remove_prefix(slashes - 1);
  if (!exchange.request.has_query) return path;
  auto text = exchange.arena.array<char>(path.size() + 1 + exchange.request.query.size());
  path.copy(text.data(), path.size());
  text[path.size()] = '?';
  exchange.request.query.copy(text.data() + path.size() + 1, exchange.request.query.size());
  return {text.data(), text.size()};
}

void redirect_to(http::Exchange& exchange, std::string_view path) {
  http::Response response;
  response.status = 307;  // method and body are kept (RFC 9110 §15.4.8)
  response.fields.push_back({"Location", redirect_target(exchange, path)});
  site_of(exchange).common_fields.apply(exchange, response);
  exchange.respond(std::move(response));
}

/// The faults in a sentence: "path.item_id: value is not a valid integer".
std::string describe(const std::vector<ParameterFault>& faults) {
  std::string text;
  for (const auto& fault : faults) {
    if (!text.empty()) text += "; ";
    text.append(fault.in).append(".").append(fault.name).append(": ").append(fault.message);
  }
  return text;
}

/// In the shape that FastAPI clients know, unless the config asks for another one by name.
void refuse_parameters(http::Exchange& exchange, const Endpoint& endpoint, const std::vector<ParameterFault>& faults) {
  const auto& errors = endpoint.errors ? *endpoint.errors : site_of(exchange).server.errors;
  bool own_shape = errors.json || (errors.form != http::ErrorForm::automatic && errors.form != http::ErrorForm::detail);
  if (own_shape) return respond_error(exchange, 422, describe(faults));
  http::Response response;
  response.status = 422;
  response.fields.push_back({"Content-Type", "application/json"});
  response.body = exchange.arena.copy(unprocessable_json(faults));
  site_of(exchange).common_fields.apply(exchange, response);
  exchange.respond(std::move(response));
}

/// The method of the endpoint whose hooks and headers a request with another method gets: for OPTIONS the one in
/// Access-Control-Request-Method (Fetch §3.2.2), else the first that is allowed.
http::Method method_asked_for(const http::Request& request, http::MethodSet allowed) {
  auto method = http::parse_method(request.field("Access-Control-Request-Method"));
  return method && allowed.has(*method) ? *method : allowed.first();
}

/// The hooks of the endpoint, or of the server if there is no endpoint.
const Hooks& hooks_of(const http::Exchange& exchange) {
  const auto* match = static_cast<const Match*>(exchange.matched);
  return match && match->endpoint ? match->endpoint->hooks : site_of(exchange).hooks;
}

}  // namespace

Dispatcher::Dispatcher(std::shared_ptr<const Site> site, Observer* observer, std::string listener)
    : hold_(new SiteHold(std::move(site))),
      listener_(std::move(listener)),
      router_(&hold_->site().router_of(listener_)),
      observer_(observer),
      next_id_(first_id()) {
  hold_->retain();
}

Dispatcher::~Dispatcher() { hold_->release(); }

void Dispatcher::set_site(std::shared_ptr<const Site> site) {
  hold_->release();
  hold_ = new SiteHold(std::move(site));
  hold_->retain();
  router_ = &hold_->site().router_of(listener_);
}

bool Dispatcher::begin(http::Exchange& exchange) {
  exchange.hold(*hold_);
  exchange.id = next_id_++;
  exchange.timed = hold_->site().server.server_timing;
  const auto& proxies = hold_->site().server.trusted_proxies.networks;
  bool known = proxies.empty() || take_forwarded(exchange, proxies);
  if (observer_ || exchange.timed) exchange.started = monotonic_nanoseconds();
  if (!hold_->site().request_line || exchange.request.target.empty()) return known;
  std::string line;
  hold_->site().request_line->render(RequestValues(exchange), line);
  logging::user_lines::add(line);
  return known;
}

void Dispatcher::on_request(http::Exchange& exchange) {
  if (!begin(exchange)) return respond_error(exchange, 400, "Forwarded and X-Forwarded-For name different clients");
  serve(exchange, *router_);
}

/// The site may be another one by now; the exchange stays on the one on which it began.
void Dispatcher::on_go_on(http::Exchange& exchange) { serve(exchange, site_of(exchange).router_of(listener_)); }

void Dispatcher::on_response(http::Exchange& exchange, http::Response& response) {
  hooks_of(exchange).after(exchange, response);
}

/// Begins at the hook behind the last one that was called.
void Dispatcher::serve(http::Exchange& exchange, const Router& router) {
  const auto& request = exchange.request;
  Routing routing;
  bool of_server = request.path == "*";  // OPTIONS *, about the server itself (RFC 9110 §9.3.7)
  if (!of_server) routing = router.find(request.host, request.method, request.path, exchange.arena);
  // Hooks are those of the endpoint that another method has.
  if (routing.kind == Routing::Kind::wrong_method)
    routing.match =
        router.find(request.host, method_asked_for(request, routing.allowed), request.path, exchange.arena).match;
  exchange.matched = new (exchange.arena.allocate(sizeof(Match), alignof(Match))) Match(routing.match);
  if (routing.kind == Routing::Kind::found) exchange.route = routing.match.endpoint;
  if (!hooks_of(exchange).before(exchange)) return;
  if (of_server) return refuse_method(exchange, {http::Method::get, http::Method::head, http::Method::options});
  switch (routing.kind) {
    case Routing::Kind::found: return take_input(exchange);
    case Routing::Kind::wrong_method: return refuse_method(exchange, routing.allowed);
    case Routing::Kind::other_slash: return redirect_to(exchange, routing.location);
    case Routing::Kind::not_found: return respond_error(exchange, 404);
    case Routing::Kind::bad_path: return respond_error(exchange, 400, "the path is not percent-encoded UTF-8");
  }
}

/// Answers OPTIONS with the headers of the matched endpoint (method_asked_for()).
void Dispatcher::answer_options(http::Exchange& exchange, std::string_view allow) {
  const auto* match = static_cast<const Match*>(exchange.matched);
  const auto* endpoint = match ? match->endpoint : nullptr;
  exchange.route = endpoint;

  http::Response response;
  response.status = 204;
  response.fields.push_back({"Allow", allow});
  const auto* fields = endpoint ? endpoint->headers.get() : nullptr;
  (fields ? *fields : site_of(exchange).common_fields).apply_without_content(exchange, response);
  exchange.respond(std::move(response));
}

void Dispatcher::refuse_method(http::Exchange& exchange, http::MethodSet allowed) {
  const auto& site = site_of(exchange);
  auto allow = exchange.arena.copy(allowed.allow());
  if (exchange.request.method == http::Method::options) return answer_options(exchange, allow);
  auto response = make_error_response(exchange, 405, {}, site.server.errors);
  site.common_fields.apply(exchange, response);
  response.fields.push_back({"Allow", allow});
  exchange.respond(std::move(response));
}

void Dispatcher::refuse_guest(http::Exchange& exchange) {
  note_hit(Limit::memory);
  respond_error(exchange, 503, "memory is short");
}

/// The body is read before the parameters are checked, so that the connection can be used after a 422. A handler that
/// streams the body is called before, so that it can refuse the request before the body is sent.
void Dispatcher::take_input(http::Exchange& exchange) const {
  const auto& site = site_of(exchange);
  const auto& endpoint = *static_cast<const Match*>(exchange.matched)->endpoint;
  if (exchange.guest && endpoint.section != "health") return refuse_guest(exchange);
  if (!exchange.has_body() || endpoint.body == BodyUse::streamed) return act(exchange);
  auto limit = endpoint.body_limit.value_or(site.server.limits.body_bytes).count;
  auto next = [this, &exchange] { act(exchange); };
  if (endpoint.body == BodyUse::whole || site.logs_bodies) return exchange.read_all(limit, next);
  exchange.skip(limit, next);
}

void Dispatcher::act(http::Exchange& exchange) const {
  auto& match = *static_cast<Match*>(exchange.matched);
  const auto& endpoint = *match.endpoint;
  const auto& parameters = endpoint.parameters;
  if (!parameters.path.empty() || !parameters.query.empty()) {
    auto faults = bind_parameters(exchange, parameters, match);
    if (!faults.empty()) return refuse_parameters(exchange, endpoint, faults);
  }
  if (endpoint.delay.count() > 0) {
    exchange.allow_time(endpoint.delay);
    return exchange.wait_for(std::make_unique<Delay>(exchange, endpoint));
  }
  endpoint.handler->handle(exchange);
}

void Dispatcher::on_protocol_error(http::Exchange& exchange, http::Status status, std::string_view reason) {
  if (!exchange.site) begin(exchange);
  const auto& request = exchange.request;
  bool coding = !request.field("Transfer-Encoding").empty();        // the other thing that may be unknown
  if (status == 501 && !coding && request.path.starts_with('/')) {  // an unknown method: 405 where the target exists
    const auto& router = site_of(exchange).router_of(listener_);
    auto routing = router.find(request.host, http::Method::options, request.path, exchange.arena);
    if (routing.kind == Routing::Kind::wrong_method && !routing.allowed.empty())
      return refuse_method(exchange, routing.allowed);
  }
  respond_error(exchange, status, reason);
}

void Dispatcher::on_end(http::Exchange& exchange, const http::Outcome& outcome) {
  if (observer_) observer_->on_end(exchange, outcome);
}

}  // namespace sluice::site
