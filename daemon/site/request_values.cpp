#include "site/request_values.hpp"

#include <chrono>

#include "base/percent.hpp"
#include "base/utf8.hpp"
#include "http/cookie.hpp"
#include "http/query.hpp"
#include "site/identity.hpp"

namespace sluice::site {

Value RequestValues::get(const Placeholder& placeholder) const {
  auto& arena = exchange_.arena;
  const auto& request = exchange_.request;
  switch (placeholder.origin) {
    case Origin::path: return path_parameter(placeholder.index);
    case Origin::query:
      if (!match_ || placeholder.index >= match_->query_values.size()) return {};
      return match_->query_values[placeholder.index];
    case Origin::raw_query:
      return Value::of(http::first_query_value(request.query, placeholder.name, arena).value_or(std::string_view()));
    case Origin::header: return Value::of(to_valid_utf8(request.field(placeholder.name), arena));
    case Origin::cookie:
      return Value::of(to_valid_utf8(http::cookie(request, placeholder.name).value_or(std::string_view()), arena));
    case Origin::body: return Value::of(request.body);
    case Origin::method: return Value::of(http::name(request.method));
    case Origin::path_text: return Value::of(decoded_path());
    case Origin::host: return Value::of(to_valid_utf8(request.host, arena));
    case Origin::remote_ip: return Value::of(arena.copy(exchange_.transport().peer().host()));
    case Origin::request_id: return Value::of(request_id_text(exchange_.id, arena));
    case Origin::now: return Value::of(rfc3339(std::chrono::system_clock::now(), arena));
    case Origin::uuid: return Value::of(new_uuid(arena));
    // Not of a request: other scopes have them.
    case Origin::environment:
    case Origin::message:
    case Origin::member:
    case Origin::room_name:
    case Origin::room_count:
    case Origin::port:
    case Origin::status:
    case Origin::reason:
    case Origin::detail: return {};
  }
  return {};
}

Value RequestValues::path_parameter(std::size_t index) const {
  if (!match_) return {};
  if (index < match_->path_values.size()) return match_->path_values[index];
  if (index >= match_->path.size() || !match_->path[index].present) return {};
  return Value::of(match_->path[index].text);
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
