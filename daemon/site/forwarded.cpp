#include "site/forwarded.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "http/target/target.hpp"

namespace sluice::site {
namespace {

/// The values that one proxy added.
struct Hop {
  std::string_view client, scheme, host;
};

/// What all trusted proxies together say about a request.
struct Origin {
  net::Address client;
  std::string_view scheme, host;
};

/// Further entries of the lists are not read.
constexpr int most_hops = 64;

/// `kept`: commas in quotes do not separate.
enum class Quotes : std::uint8_t { none, kept };

/// Whether the character after `text` is escaped by a backslash.
bool escapes_next(std::string_view text) {
  auto other = text.find_last_not_of('\\');
  return (text.size() - (other == std::string_view::npos ? 0 : other + 1)) % 2 == 1;
}

/// Removes the last item of a comma-separated list and returns it. The list is read from its end: its beginning may
/// come from the client, and must not change the meaning of what trusted proxies appended (by a quote that is never
/// closed).
std::string_view take_last_item(std::string_view& list, Quotes quotes) {
  bool quoted = false;
  auto begin = list.size();
  for (; begin > 0; --begin) {
    char c = list[begin - 1];
    if (c == ',' && !quoted) break;
    if (c == '"' && quotes == Quotes::kept && !escapes_next(list.substr(0, begin - 1))) quoted = !quoted;
  }
  auto item = trim(list.substr(begin));
  list = list.substr(0, begin == 0 ? 0 : begin - 1);
  return item;
}

/// The same without empty items (RFC 9110 §5.6.1).
std::string_view take_last(std::string_view& list, Quotes quotes = Quotes::none) {
  std::string_view item;
  while (item.empty() && !list.empty()) item = take_last_item(list, quotes);
  return item;
}

std::string_view unquoted(std::string_view text) {
  bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// An element of Forwarded: "for=192.0.2.60;proto=https".
Hop parse_element(std::string_view element) {
  Hop hop;
  std::string_view pair;
  while (next_list_item(element, pair, ';')) {
    auto equals = std::min(pair.find('='), pair.size());
    auto name = pair.substr(0, equals);
    auto value = unquoted(pair.substr(std::min(equals + 1, pair.size())));
    if (equals_ignoring_case(name, "for")) hop.client = value;
    if (equals_ignoring_case(name, "proto")) hop.scheme = value;
    if (equals_ignoring_case(name, "host")) hop.host = value;
  }
  return hop;
}

/// 0 for what is not a port number: "_hidden".
std::uint16_t parse_port(std::string_view text) {
  auto port = parse_unsigned(text).value_or(0);
  return port > 65535 ? 0 : static_cast<std::uint16_t>(port);
}

/// A node of Forwarded or of X-Forwarded-For: an address, perhaps with a port; IPv6 with or without brackets.
std::optional<net::Address> parse_node(std::string_view node) {
  if (auto bare = net::Address::parse_ip(node)) return bare;
  if (node.starts_with('[')) {
    auto close = node.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    auto rest = node.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    return net::Address::parse_ip(node.substr(1, close - 1), rest.empty() ? 0 : parse_port(rest.substr(1)));
  }
  auto colon = node.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return net::Address::parse_ip(node.substr(0, colon), parse_port(node.substr(colon + 1)));
}

/// The values of all field lines with this name, joined (RFC 9110 §5.3).
std::string_view joined(http::Exchange& exchange, std::string_view name) {
  std::string_view first;
  std::string all;
  for (const auto& line : exchange.request.fields) {
    if (!equals_ignoring_case(line.name, name)) continue;
    if (first.empty() && all.empty()) {
      first = line.value;
    } else {
      if (all.empty()) all = first;
      all.append(", ").append(line.value);
    }
  }
  return all.empty() ? first : exchange.arena.copy(all);
}

/// The same client, whatever its port.
bool same_host(const net::Address& a, const net::Address& b) { return a.host() == b.host(); }

/// Reads hop after hop with `next`, from the last one, as long as the sender is trusted.
template <class Next>
Origin walk(const net::Address& peer, const net::Networks& trusted, Next next) {
  Origin origin{peer, {}, {}};
  for (int hops = 0; hops < most_hops && net::contains(trusted, origin.client); ++hops) {
    auto hop = next();
    if (!hop) break;
    origin.scheme = hop->scheme;
    origin.host = hop->host;
    auto client = parse_node(hop->client);
    if (!client) break;  // "unknown", "_hidden": the proxy that wrote it is the last known address
    origin.client = *client;
  }
  return origin;
}

Origin walk_forwarded(http::Exchange& exchange, const net::Networks& trusted, std::string_view forwarded) {
  return walk(exchange.client(), trusted, [&]() -> std::optional<Hop> {
    auto element = take_last(forwarded, Quotes::kept);
    if (element.empty()) return std::nullopt;
    return parse_element(element);
  });
}

/// A single scheme or host applies to all hops.
Origin walk_x_forwarded(http::Exchange& exchange, const net::Networks& trusted, std::string_view clients) {
  auto schemes = joined(exchange, "X-Forwarded-Proto");
  auto hosts = joined(exchange, "X-Forwarded-Host");
  Hop hop;
  bool asked = false;
  auto next = [&]() -> std::optional<Hop> {
    hop.client = take_last(clients);
    if (std::exchange(asked, true) && hop.client.empty()) return std::nullopt;
    if (auto scheme = take_last(schemes); !scheme.empty()) hop.scheme = scheme;
    if (auto host = take_last(hosts); !host.empty()) hop.host = host;
    return hop;
  };
  return walk(exchange.client(), trusted, next);
}

void apply(http::Exchange& exchange, const Origin& origin) {
  auto& request = exchange.request;
  if (origin.client != exchange.client()) exchange.set_client(origin.client);
  if (equals_ignoring_case(origin.scheme, "https")) request.scheme = "https";
  if (equals_ignoring_case(origin.scheme, "http")) request.scheme = "http";
  auto authority = http::parse_authority(origin.host);
  if (!authority || authority->host.empty()) return;
  request.authority = origin.host;
  request.host = authority->host;
}

}  // namespace

bool take_forwarded(http::Exchange& exchange, const net::Networks& trusted) {
  if (!net::contains(trusted, exchange.client())) return true;
  auto forwarded = joined(exchange, "Forwarded");
  auto clients = joined(exchange, "X-Forwarded-For");
  if (forwarded.empty()) {
    apply(exchange, walk_x_forwarded(exchange, trusted, clients));
    return true;
  }
  auto origin = walk_forwarded(exchange, trusted, forwarded);
  bool agree = clients.empty() || same_host(walk_x_forwarded(exchange, trusted, clients).client, origin.client);
  if (agree) apply(exchange, origin);
  return agree;
}

}  // namespace sluice::site
