#include "site/request_values.hpp"

#include "base/percent.hpp"
#include "base/utf8.hpp"
#include "config/manual/topics.hpp"
#include "http/fields/cookie.hpp"
#include "http/target/query.hpp"
#include "templates/identity.hpp"

namespace sluice::site {
namespace {

using templates::Placeholder;
using templates::Value;

template <class Read>
constexpr templates::Slot of_request(Read read, templates::Traits traits = 0) {
  return templates::slot<RequestValues>(read, traits);
}

Value text_of(std::string_view octets, Arena& arena) { return Value::of(to_valid_utf8(octets, arena)); }

Value decoded_path(const RequestValues& values) {
  auto raw = values.request().path;
  if (raw.find('%') != std::string_view::npos) {
    auto room = values.arena().array<char>(raw.size());
    if (auto size = percent_decode(raw, room.data())) raw = {room.data(), *size};
  }
  return text_of(raw, values.arena());
}

Value value_of_path_parameter(const RequestValues& values, std::size_t index) {
  const auto* match = values.match();
  if (!match) return {};
  if (index < match->path_values.size()) return match->path_values[index];
  if (index >= match->path.size() || !match->path[index].present) return {};
  return Value::of(match->path[index].text);
}

Value value_of_query_parameter(const RequestValues& values, std::size_t index) {
  const auto* match = values.match();
  return match && index < match->query_values.size() ? match->query_values[index] : Value();
}

void add_names(templates::Scope& scope) {
  using Values = const RequestValues&;
  using Name = const Placeholder&;
  scope.add("body", of_request([](Values of, Name) { return Value::of(of.request().body); }, RequestTrait::body));
  scope.add("method", of_request([](Values of, Name) { return Value::of(http::name(of.request().method)); }));
  scope.add("path", of_request([](Values of, Name) { return decoded_path(of); }, RequestTrait::whole_path));
  scope.add("host",
            of_request([](Values of, Name) { return text_of(of.request().host, of.arena()); }, RequestTrait::host));
  scope.add("remote.ip",
            of_request([](Values of, Name) { return Value::of(of.arena().copy(of.exchange().client().host())); }));
  scope.add("request.id", of_request([](Values of, Name) {
              return Value::of(templates::request_id_text(of.exchange().id, of.arena()));
            }));
}

/// Undeclared parameters, fields and cookies: the first of the name, empty text when there is none.
void add_prefixes(templates::Scope& scope) {
  using Values = const RequestValues&;
  using Name = const Placeholder&;
  scope.add_prefix(
      "query.", of_request([](Values of, Name wanted) {
        return Value::of(
            http::first_query_value(of.request().query, wanted.name, of.arena()).value_or(std::string_view()));
      }));
  scope.add_prefix("header.", of_request([](Values of, Name wanted) {
                     return text_of(of.request().field(wanted.name), of.arena());
                   }));
  scope.add_prefix("cookie.", of_request([](Values of, Name wanted) {
                     return text_of(http::cookie(of.request(), wanted.name).value_or(std::string_view()), of.arena());
                   }));
}

const config::TopicGroupEntry names_of_request(
    "placeholders",
    {.position = 10,
     .title = "In the texts of a route, a WebSocket and a header, and in [log] request",
     .rows = {{"{NAME}", "a parameter of the path, `{NAME}` or `{NAME...}` in `path`; or of `query`"},
              {"{query.NAME}", "the parameter NAME of the query, declared or not; empty when absent"},
              {"{header.NAME}", "the request header NAME, such as `{header.User-Agent}`; empty when absent"},
              {"{cookie.NAME}", "the cookie NAME; empty when absent"},
              {"{body}", "the body of the request"},
              {"{method}", "the method: GET, POST …"},
              {"{path}", "the path of the request, decoded, without the query"},
              {"{host}", "the host that the request is for, as the client wrote it"},
              {"{remote.ip}", "the address of the client"},
              {"{request.id}", "a unique number for each request"},
              {"{now}", "date and time in UTC (RFC 3339)"},
              {"{uuid}", "a new random UUID"},
              {"{env.NAME}", "the environment variable NAME, read when the file is loaded"}}});

}  // namespace

constinit const templates::Slot path_parameter = of_request(
    [](const RequestValues& of, const Placeholder& wanted) { return value_of_path_parameter(of, wanted.index); },
    RequestTrait::path_parameter);
constinit const templates::Slot query_parameter = of_request(
    [](const RequestValues& of, const Placeholder& wanted) { return value_of_query_parameter(of, wanted.index); });

templates::Scope request_scope() {
  static const templates::Scope built_in = [] {
    templates::Scope scope;
    add_names(scope);
    add_prefixes(scope);
    scope.add_common();
    return scope;
  }();
  return built_in;
}

}  // namespace sluice::site
