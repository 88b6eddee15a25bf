#include "http/target/target.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"

namespace sluice::http {

namespace {

enum : std::uint8_t { in_path = 1, in_query = 2, in_name = 4 };

/// Where each octet may stand raw. A path has pchar and "/" of RFC 3986 §3.3, and | [ ] ^ which browsers leave as they
/// are; not `\`, which browsers take for a slash in a Location. A query also has { } ` \ (URL standard, "query
/// percent-encode set"). A registered name has unreserved, sub-delims and escapes (§3.2.2).
constexpr std::array<std::uint8_t, 256> allowed_places = [] {
  std::array<std::uint8_t, 256> places{};
  auto allow = [&](std::string_view characters, int where) {
    for (char c : characters) places[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(where);
  };
  for (int c = 0; c < 128; ++c) {
    if (is_unreserved(static_cast<char>(c))) places[static_cast<std::size_t>(c)] = in_path | in_query | in_name;
  }
  allow("%!$&'()*+,;=", in_path | in_query | in_name);
  allow(":@/|[]^", in_path | in_query);
  allow("?{}`\\", in_query);
  return places;
}();

bool all_allowed(std::string_view text, int where) {
  for (char c : text) {
    if (!(allowed_places[static_cast<unsigned char>(c)] & where)) return false;
  }
  return true;
}

bool valid_escapes(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0) return false;
  }
  return true;
}

bool is_ipv6(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos)
    return false;  // inet_pton stops at NUL
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  in6_addr address;
  return inet_pton(AF_INET6, buffer, &address) == 1;
}

/// IPvFuture of RFC 3986 §3.2.2: "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_future_address(std::string_view text) {
  if (text.size() < 4 || to_lower(text[0]) != 'v') return false;
  auto dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
  for (char c : text.substr(1, dot - 1)) {
    if (hex_value(c) < 0) return false;
  }
  for (char c : text.substr(dot + 1)) {
    if (c != ':' && (c == '%' || !all_allowed({&c, 1}, in_name))) return false;
  }
  return true;
}

/// How many octets of `text` are the host, or nothing when it is not a valid one.
std::optional<std::size_t> host_length(std::string_view text) {
  if (text.starts_with('[')) {
    auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    auto literal = text.substr(1, close - 1);
    if (!is_ipv6(literal) && !is_future_address(literal)) return std::nullopt;
    return close + 1;
  }
  auto length = std::min(text.find(':'), text.size());
  auto host = text.substr(0, length);
  if (host.empty() || !all_allowed(host, in_name) || !valid_escapes(host)) return std::nullopt;
  return length;
}

/// Splits "path?query" and checks its octets.
bool read_path_and_query(std::string_view text, Target& target) {
  auto mark = text.find('?');
  target.has_query = mark != std::string_view::npos;
  target.path = text.substr(0, mark);
  if (target.has_query) target.query = text.substr(mark + 1);
  return all_allowed(target.path, in_path) && all_allowed(target.query, in_query);
}

std::optional<Target> parse_absolute(Method method, std::string_view text) {
  Target target;
  target.form = Target::Form::absolute;
  auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  target.scheme = text.substr(0, colon);
  if (!equals_ignoring_case(target.scheme, "http") && !equals_ignoring_case(target.scheme, "https"))
    return std::nullopt;

  auto rest = text.substr(colon + 3);
  auto end = std::min(rest.find_first_of("/?"), rest.size());
  target.authority = rest.substr(0, end);
  auto authority = parse_authority(target.authority);
  if (!authority || !read_path_and_query(rest.substr(end), target)) return std::nullopt;
  target.parsed_authority = *authority;
  // An empty path is "/", but for OPTIONS without a query it stands for the server as a whole (RFC 9112 §3.2.4).
  if (target.path.empty()) target.path = method == Method::options && !target.has_query ? "*" : "/";
  return target;
}

std::optional<Target> parse_connect(std::string_view text) {
  auto authority = parse_authority(text);
  if (!authority || authority->port.empty()) return std::nullopt;  // CONNECT needs a port: RFC 9110 §9.3.6
  Target target;
  target.form = Target::Form::authority;
  target.authority = text;
  target.parsed_authority = *authority;
  return target;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  auto length = host_length(text);
  if (!length) return std::nullopt;
  Authority authority;
  authority.host = text.substr(0, *length);
  auto rest = text.substr(*length);
  if (rest.empty()) return authority;
  if (rest.front() != ':') return std::nullopt;

  authority.port = rest.substr(1);
  if (authority.port.empty()) return authority;  // port = *DIGIT
  auto number = parse_unsigned(authority.port);
  if (!number || *number > 65535) return std::nullopt;
  authority.port_number = static_cast<std::uint16_t>(*number);
  return authority;
}

std::optional<Target> parse_target(Method method, std::string_view text) {
  if (method == Method::connect) return parse_connect(text);
  Target target;
  if (text.starts_with('/')) {
    return read_path_and_query(text, target) ? std::optional(target) : std::nullopt;
  }
  if (text == "*") {
    if (method != Method::options) return std::nullopt;
    target.form = Target::Form::asterisk;
    target.path = text;
    return target;
  }
  return parse_absolute(method, text);
}

}  // namespace sluice::http
