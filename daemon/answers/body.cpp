#include "answers/body.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "http/fields/conditional.hpp"
#include "http/status.hpp"
#include "site/request_values.hpp"
#include "site/response_fields.hpp"

namespace sluice::answers {
namespace {

/// Hexadecimal SHA-1 in quotes, as Tornado has it: equal bodies have equal tags, also after a restart.
std::string etag_of(std::string_view body) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data());
  return '"' + hex({reinterpret_cast<const char*>(digest.data()), digest.size()}) + '"';
}

/// Most requests have no precondition; one look at each first letter tells.
bool may_have_precondition(const http::Request& request) {
  return std::ranges::any_of(request.fields, [](const auto& field) {
    bool may = field.name.starts_with('I') || field.name.starts_with('i');
    return may && starts_with_ignoring_case(field.name, "if-");
  });
}

/// Answers 304 or 412 in place of a body that has `etag`, where the request asks for it.
bool answer_precondition(http::Exchange& exchange, std::string_view etag, const site::ResponseFields& fields,
                         http::Response& response) {
  if (!may_have_precondition(exchange.request)) return false;
  http::Now now;
  switch (http::evaluate_preconditions(exchange.request, {.etag = etag}, now)) {
    case http::Precondition::proceed: return false;
    case http::Precondition::not_modified:
      response.status = 304;
      fields.apply_without_content(exchange, response);
      return true;
    case http::Precondition::failed: response.status = 412; return true;
  }
  return false;
}

/// A body that is known when the config is loaded.
class ConstantBody : public site::Handler {
 public:
  ConstantBody(http::Status status, std::string body, std::string etag, site::ResponseFields fields)
      : status_(status), body_(std::move(body)), etag_(std::move(etag)), fields_(std::move(fields)) {}

  void handle(http::Exchange& exchange) const override {
    http::Response response;
    if (etag_.empty() || !answer_precondition(exchange, etag_, fields_, response)) {
      response.status = status_;
      fields_.apply(exchange, response);
      response.body = std::string_view(body_);
    }
    exchange.respond(std::move(response));
  }

 private:
  http::Status status_;
  std::string body_;
  std::string etag_;  // empty: none
  site::ResponseFields fields_;
};

/// A body that is rendered for each request.
class RenderedBody : public site::Handler {
 public:
  RenderedBody(http::Status status, templates::Template body, bool etag, site::ResponseFields fields)
      : status_(status), body_(std::move(body)), has_etag_(etag), fields_(std::move(fields)) {}

  void handle(http::Exchange& exchange) const override {
    auto body = body_.render(site::RequestValues(exchange), exchange.arena);
    auto etag = has_etag_ ? exchange.arena.copy(etag_of(body)) : std::string_view();
    http::Response response;
    if (etag.empty() || !answer_precondition(exchange, etag, fields_, response)) {
      response.status = status_;
      fields_.apply(exchange, response);
      response.body = body;
    }
    if (!etag.empty()) response.fields.push_back({"ETag", etag});
    exchange.respond(std::move(response));
  }

 private:
  http::Status status_;
  templates::Template body_;
  bool has_etag_;
  site::ResponseFields fields_;
};

}  // namespace

std::unique_ptr<site::Handler> make_body_handler(site::HandlerContext& context, templates::Template body,
                                                 std::string content_type, const BodyOptions& options) {
  auto status = context.status ? context.status : http::Status{200};
  auto& diagnostics = context.reading.diagnostics;
  if (!http::may_have_content(status)) {
    const auto* given = context.table.find("status");
    auto& error = diagnostics.error("status-without-body", given ? given->span : context.table.span,
                                    "a response with status " + std::to_string(status) + " has no body");
    error.label = "remove the body, or give another status";
    return nullptr;
  }

  if (options.content_type) content_type = options.content_type->value;
  site::ResponseFields::List own = {{"Content-Type", std::move(content_type)}};
  // A tag tells states of one resource apart; an error or a created thing is no such state.
  bool etag = options.etag.value_or(body.constant()) && status == 200;
  std::string constant_etag = etag && body.constant() ? etag_of(body.constant_text()) : "";
  if (!constant_etag.empty()) own.emplace_back("ETag", constant_etag);
  site::ResponseFields fields(std::move(own), context.headers, context.scope, diagnostics);
  if (body.constant()) {
    return std::make_unique<ConstantBody>(status, std::string(body.constant_text()), std::move(constant_etag),
                                          std::move(fields));
  }
  return std::make_unique<RenderedBody>(status, std::move(body), etag, std::move(fields));
}

}  // namespace sluice::answers
