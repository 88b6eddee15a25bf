#include "http/fields/cookie.hpp"

#include "base/text.hpp"

namespace sluice::http {

namespace {

std::optional<std::string_view> cookie_in(std::string_view field, std::string_view name) {
  for (auto piece : split(field, ';')) {
    auto equals = piece.find('=');
    if (equals == std::string_view::npos || trim(piece.substr(0, equals)) != name) continue;
    auto value = trim(piece.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> cookie(const Request& request, std::string_view name) {
  for (const auto& line : request.fields) {  // HTTP/2 may split the field over several lines (RFC 9113 §8.2.3)
    if (!equals_ignoring_case(line.name, "cookie")) continue;
    if (auto value = cookie_in(line.value, name)) return value;
  }
  return std::nullopt;
}

}  // namespace sluice::http
