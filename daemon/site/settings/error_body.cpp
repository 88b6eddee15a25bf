#include "site/settings/error_body.hpp"

#include <string>
#include <utility>

#include "config/manual/topics.hpp"
#include "site/request_values.hpp"

namespace sluice::site {
namespace {

/// The values of a request and of its error.
class ErrorValues : public RequestValues {
 public:
  ErrorValues(http::Exchange& exchange, http::Status status, std::string_view detail)
      : RequestValues(exchange),
        status_(std::to_string(status)),
        reason_(http::reason_phrase(status)),
        detail_(detail) {}
  std::string_view status() const { return status_; }
  std::string_view reason() const { return reason_; }
  std::string_view detail() const { return detail_; }

 private:
  std::string status_;
  std::string_view reason_, detail_;
};

template <class Read>
constexpr templates::Slot of_error(Read read) {
  return templates::slot<ErrorValues>(read);
}

const templates::Scope& error_scope() {
  static const templates::Scope built_in = [] {
    using Values = const ErrorValues&;
    using Name = const templates::Placeholder&;
    auto request = request_scope();
    templates::Scope scope;
    scope.add("status", of_error([](Values of, Name) { return templates::Value::literal_of(of.status()); }));
    scope.add("reason", of_error([](Values of, Name) { return templates::Value::of(of.reason()); }));
    scope.add("detail", of_error([](Values of, Name) { return templates::Value::of(of.detail()); }));
    for (const char* name : {"path", "method"}) scope.add(name, *request.find(name));
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

const config::TopicGroupEntry names_of_error("placeholders",
                                             {.position = 30,
                                              .title = "In `errors` tables",
                                              .rows = {
                                                  {"{status}", "the status of the response, a number"},
                                                  {"{reason}", "its name: Not Found"},
                                                  {"{detail}", "what was wrong with the request, where more is known"},
                                                  {"{path}", "the path of the request"},
                                                  {"{method}", "its method"}}});

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
