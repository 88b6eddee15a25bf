#include "site/handler.hpp"
#include "site/response_fields.hpp"

/// `status = …` and nothing else: a response without a body.
namespace sluice::answers {
namespace {

struct Options {};

/// The key itself is one of all routes.
const config::Fields<Options>& fields() {
  static const config::Fields<Options> none;
  return none;
}

class EmptyBody : public site::Handler {
 public:
  EmptyBody(http::Status status, site::ResponseFields fields) : status_(status), fields_(std::move(fields)) {}

  void handle(http::Exchange& exchange) const override {
    http::Response response;
    response.status = status_;
    fields_.apply(exchange, response);
    exchange.respond(std::move(response));
  }

 private:
  http::Status status_;
  site::ResponseFields fields_;
};

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options&) {
  return std::make_unique<EmptyBody>(
      context.status, site::ResponseFields({}, context.headers, context.scope, context.reading.diagnostics));
}

const site::RouteAction action("status", fields, make);

}  // namespace
}  // namespace sluice::answers
