#include "site/settings/error_body.hpp"

#include <string>
#include <utility>

#include "site/request_values.hpp"

namespace sluice::site {
namespace {

const templates::Scope& error_scope() {
  static const templates::Scope built_in = [] {
    templates::Scope scope;
    scope.add("status", {templates::Origin::status, 0, {}});
    scope.add("reason", {templates::Origin::reason, 0, {}});
    scope.add("detail", {templates::Origin::detail, 0, {}});
    scope.add("path", {templates::Origin::path_text, 0, {}});
    scope.add("method", {templates::Origin::method, 0, {}});
    return scope;
  }();
  return built_in;
}

config::Type<ErrorBody> json_body() {
  config::TypeInfo info;
  info.name = "table";
  info.schema = R"({"type":"object"})";
  info.any_key = true;
  info.kinds = {config::Value::Kind::table};
  return {info, [info](const config::Value& value, config::Reading& reading) -> std::optional<ErrorBody> {
            if (!config::check_kind(value, info, reading)) return std::nullopt;
            return ErrorBody{.form = {},
                             .json = templates::Template::compile_json(value, error_scope(), reading.diagnostics)};
          }};
}

/// The values of a request and of what became of it.
class ErrorValues : public RequestValues {
 public:
  ErrorValues(http::Exchange& exchange, http::Status status, std::string_view detail)
      : RequestValues(exchange),
        status_(std::to_string(status)),
        reason_(http::reason_phrase(status)),
        detail_(detail) {}

  templates::Value get(const templates::Placeholder& placeholder) const override {
    switch (placeholder.origin) {
      case templates::Origin::status: return templates::Value::literal_of(status_);
      case templates::Origin::reason: return templates::Value::of(reason_);
      case templates::Origin::detail: return templates::Value::of(detail_);
      default: return RequestValues::get(placeholder);
    }
  }

 private:
  std::string status_;
  std::string_view reason_, detail_;
};

}  // namespace

config::Type<ErrorBody> error_body() {
  auto form = config::one_of<ErrorBody>({{"auto", {http::ErrorForm::automatic, {}}},
                                         {"problem", {http::ErrorForm::problem, {}}},
                                         {"detail", {http::ErrorForm::detail, {}}},
                                         {"text", {http::ErrorForm::text, {}}},
                                         {"html", {http::ErrorForm::html, {}}}});
  return config::either({config::Value::Kind::table}, json_body(), std::move(form));
}

http::Response make_error_response(http::Exchange& exchange, http::Status status, std::string_view detail,
                                   const ErrorBody& errors) {
  http::Response response;
  response.status = status;
  if (errors.json) {
    ErrorValues values(exchange, status, detail);
    response.fields.push_back({"Content-Type", "application/json"});
    response.body = errors.json->render(values, exchange.arena);
    return response;
  }
  thread_local std::string buffer;  // for a flood of requests that find nothing
  auto page =
      http::make_error_page(errors.form, status, {}, detail, exchange.request.field("accept"), std::move(buffer));
  response.fields.reserve(4);  // those here, and what the caller may add
  response.fields.push_back({"Content-Type", page.content_type});
  if (page.varies_by_accept) response.fields.push_back({"Vary", "Accept"});
  response.body = exchange.arena.copy(page.body);
  buffer = std::move(page.body);
  return response;
}

}  // namespace sluice::site
