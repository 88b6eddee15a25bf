#include "site/request_values.hpp"

#include <chrono>

#include "base/percent.hpp"
#include "base/utf8.hpp"
#include "http/cookie.hpp"
#include "http/query.hpp"
#include "templates/identity.hpp"

namespace sluice::site {

templates::Value RequestValues::get(const templates::Placeholder& placeholder) const {
  auto& arena = exchange_.arena;
  const auto& request = exchange_.request;
  switch (placeholder.origin) {
    case templates::Origin::path: return path_parameter(placeholder.index);
    case templates::Origin::query:
      if (!match_ || placeholder.index >= match_->query_values.size()) return {};
      return match_->query_values[placeholder.index];
    case templates::Origin::raw_query:
      return templates::Value::of(
          http::first_query_value(request.query, placeholder.name, arena).value_or(std::string_view()));
    case templates::Origin::header: return templates::Value::of(to_valid_utf8(request.field(placeholder.name), arena));
    case templates::Origin::cookie:
      return templates::Value::of(
          to_valid_utf8(http::cookie(request, placeholder.name).value_or(std::string_view()), arena));
    case templates::Origin::body: return templates::Value::of(request.body);
    case templates::Origin::method: return templates::Value::of(http::name(request.method));
    case templates::Origin::path_text: return templates::Value::of(decoded_path());
    case templates::Origin::host: return templates::Value::of(to_valid_utf8(request.host, arena));
    case templates::Origin::remote_ip: return templates::Value::of(arena.copy(exchange_.client().host()));
    case templates::Origin::request_id: return templates::Value::of(templates::request_id_text(exchange_.id, arena));
    case templates::Origin::now:
      return templates::Value::of(templates::rfc3339(std::chrono::system_clock::now(), arena));
    case templates::Origin::uuid: return templates::Value::of(templates::new_uuid(arena));
    // Not of a request: other scopes have them.
    case templates::Origin::environment:
    case templates::Origin::message:
    case templates::Origin::member:
    case templates::Origin::room_name:
    case templates::Origin::room_count:
    case templates::Origin::port:
    case templates::Origin::status:
    case templates::Origin::reason:
    case templates::Origin::detail: return {};
  }
  return {};
}

templates::Value RequestValues::path_parameter(std::size_t index) const {
  if (!match_) return {};
  if (index < match_->path_values.size()) return match_->path_values[index];
  if (index >= match_->path.size() || !match_->path[index].present) return {};
  return templates::Value::of(match_->path[index].text);
}

std::string_view RequestValues::decoded_path() const {
  auto raw = exchange_.request.path;
  if (raw.find('%') != std::string_view::npos) {
    auto room = exchange_.arena.array<char>(raw.size());
    if (auto size = percent_decode(raw, room.data())) raw = {room.data(), *size};
  }
  return to_valid_utf8(raw, exchange_.arena);
}

}  // namespace sluice::site
