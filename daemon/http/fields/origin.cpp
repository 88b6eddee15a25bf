#include "http/fields/origin.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice::http {
namespace {

std::string_view default_port(std::string_view scheme) {
  return equals_ignoring_case(scheme, "https") ? "443" : equals_ignoring_case(scheme, "http") ? "80" : "";
}

/// Parts host and port; a port that is the default of `scheme` counts as none.
Origin split_authority(std::string_view scheme, std::string_view authority) {
  auto colon = authority.rfind(':');
  bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  Origin origin{scheme, has_port ? authority.substr(0, colon) : authority, {}};
  if (has_port) origin.port = authority.substr(colon + 1);
  if (origin.port == default_port(scheme)) origin.port = {};
  return origin;
}

/// RFC 3986 §3.1.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; });
}

/// What browsers write: a name in ASCII or an IPv4 address, or an IPv6 address in brackets.
bool is_host(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    return std::ranges::all_of(text.substr(1, text.size() - 2),
                               [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
  }
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_port(std::string_view text) { return text.size() <= 5 && std::ranges::all_of(text, is_digit); }

/// Scheme, host and port as they stand in `text`; an empty scheme where none does.
Origin split_origin(std::string_view text) {
  auto slashes = text.find("://");
  if (slashes == std::string_view::npos) return {};
  return split_authority(text.substr(0, slashes), text.substr(slashes + 3));
}

bool same_host(const Origin& a, const Origin& b) { return equals_ignoring_case(a.host, b.host) && a.port == b.port; }

bool matches(const Origin& pattern, const Origin& origin) {
  if (!equals_ignoring_case(pattern.scheme, origin.scheme)) return false;
  if (!pattern.host.starts_with("*.")) return same_host(pattern, origin);
  auto suffix = pattern.host.substr(1);  // ".example.com": the domain itself is not one of its subdomains
  return pattern.port == origin.port && origin.host.size() > suffix.size() &&
         ends_with_ignoring_case(origin.host, suffix);
}

bool is_origin(const Origin& origin) {
  return is_scheme(origin.scheme) && is_host(origin.host) && is_port(origin.port);
}

}  // namespace

std::optional<Origin> parse_origin(std::string_view text) {
  auto origin = split_origin(text);
  return is_origin(origin) ? std::optional(origin) : std::nullopt;
}

bool OriginPolicy::allows(std::string_view origin, std::string_view authority) const {
  if (any) return true;
  auto page = parse_origin(origin);
  if (!page) return false;
  bool of_web = !default_port(page->scheme).empty();
  if (same_host && of_web && http::same_host(*page, split_authority(page->scheme, authority))) return true;
  return std::ranges::any_of(allowed, [&](const auto& pattern) { return matches(split_origin(pattern), *page); });
}

Status OriginPolicy::judge(const Request& request) const {
  const FieldLine* origin = nullptr;
  for (const auto& line : request.fields) {
    if (!equals_ignoring_case(line.name, "Origin")) continue;
    if (origin) return 400;
    origin = &line;
  }
  if (origin) return allows(origin->value, request.authority) ? 0 : 403;
  auto site = request.field("Sec-Fetch-Site");
  return !any && (site == "cross-site" || site == "same-site") ? 403 : 0;
}

bool is_origin_pattern(std::string_view text) {
  auto pattern = split_origin(text);
  if (pattern.host.starts_with("*.")) pattern.host.remove_prefix(2);
  return is_origin(pattern);
}

}  // namespace sluice::http
