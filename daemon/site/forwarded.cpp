#include "site/forwarded.hpp"

#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "http/target/target.hpp"

namespace sluice::site {
namespace {

/// The values that one proxy added.
struct Hop {
  std::string_view client, scheme, host;
};

/// Removes the last item of a comma-separated list and returns it. Commas in quotes do not separate.
std::string_view take_last(std::string_view& list) {
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '\\' && quoted) {
      ++i;
    } else if (list[i] == '"') {
      quoted = !quoted;
    } else if (list[i] == ',' && !quoted) {
      begin = i + 1;
    }
  }
  auto item = trim(list.substr(begin));
  list = list.substr(0, begin == 0 ? 0 : begin - 1);
  return item;
}

std::string_view unquoted(std::string_view text) {
  bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// An element of Forwarded: "for=192.0.2.60;proto=https".
Hop parse_element(std::string_view element) {
  Hop hop;
  while (!element.empty()) {
    auto end = std::min(element.find(';'), element.size());
    auto pair = trim(element.substr(0, end));
    element.remove_prefix(std::min(end + 1, element.size()));
    auto equals = std::min(pair.find('='), pair.size());
    auto name = pair.substr(0, equals);
    auto value = unquoted(pair.substr(std::min(equals + 1, pair.size())));
    if (equals_ignoring_case(name, "for")) hop.client = value;
    if (equals_ignoring_case(name, "proto")) hop.scheme = value;
    if (equals_ignoring_case(name, "host")) hop.host = value;
  }
  return hop;
}

/// A node of Forwarded or of X-Forwarded-For: an address, perhaps with a port; IPv6 with or without brackets.
std::optional<net::Address> parse_node(std::string_view node) {
  if (auto bare = net::Address::parse_ip(node)) return bare;
  auto colon = node.rfind(':');
  if (node.starts_with('[')) {
    auto close = node.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    auto port = close + 1 == colon ? parse_unsigned(node.substr(colon + 1)) : std::nullopt;
    return net::Address::parse_ip(node.substr(1, close - 1), static_cast<std::uint16_t>(port.value_or(0)));
  }
  if (colon == std::string_view::npos) return std::nullopt;
  auto port = parse_unsigned(node.substr(colon + 1)).value_or(0);
  return net::Address::parse_ip(node.substr(0, colon), static_cast<std::uint16_t>(port));
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

void apply(http::Exchange& exchange, const Hop& hop) {
  auto& request = exchange.request;
  if (equals_ignoring_case(hop.scheme, "https")) request.scheme = "https";
  if (equals_ignoring_case(hop.scheme, "http")) request.scheme = "http";
  auto authority = http::parse_authority(hop.host);
  if (!authority) return;
  request.authority = hop.host;
  request.host = authority->host;
}

/// Reads hop after hop with `next`, from the last one, as long as the sender is trusted.
template <class Next>
void walk(http::Exchange& exchange, const net::Networks& trusted, Next next) {
  Hop last;
  while (net::contains(trusted, exchange.client())) {
    auto hop = next();
    if (!hop) break;
    last = *hop;
    auto client = parse_node(hop->client);
    if (!client) break;  // "unknown", "_hidden": the proxy that wrote it is the last known address
    exchange.set_client(*client);
  }
  apply(exchange, last);
}

}  // namespace

void take_forwarded(http::Exchange& exchange, const net::Networks& trusted) {
  if (!net::contains(trusted, exchange.client())) return;
  auto forwarded = joined(exchange, "Forwarded");
  if (!forwarded.empty()) {
    return walk(exchange, trusted, [&]() -> std::optional<Hop> {
      if (forwarded.empty()) return std::nullopt;
      return parse_element(take_last(forwarded));
    });
  }
  auto clients = joined(exchange, "X-Forwarded-For");
  auto schemes = joined(exchange, "X-Forwarded-Proto");
  auto hosts = joined(exchange, "X-Forwarded-Host");
  if (clients.empty()) return apply(exchange, {{}, take_last(schemes), take_last(hosts)});
  Hop hop;
  walk(exchange, trusted, [&]() -> std::optional<Hop> {
    if (clients.empty()) return std::nullopt;
    hop.client = take_last(clients);
    if (!schemes.empty()) hop.scheme = take_last(schemes);  // a single value holds for all hops
    if (!hosts.empty()) hop.host = take_last(hosts);
    return hop;
  });
}

}  // namespace sluice::site
