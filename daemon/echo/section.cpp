#include "echo/section.hpp"

#include <string_view>

namespace sluice::echo {
namespace {

using namespace std::chrono_literals;

/// The transport is what most people forget.
std::string transport_advice(const config::Value& value) {
  std::string place;
  if (value.is(config::Value::Kind::integer)) place = "127.0.0.1:" + std::to_string(value.integer);
  if (value.is(config::Value::Kind::string) && value.text.find("://") == std::string::npos) place = value.text;
  if (place.empty() || place.starts_with("unix:")) return {};
  if (place.find_first_not_of("0123456789") == std::string::npos) place.insert(0, "127.0.0.1:");
  return "write \"tcp://" + place + "\" or \"udp://" + place + "\"";
}

const config::Fields<Echo>& echo_fields() {
  static const config::Fields<Echo> fields = {
      config::field("listen", &Echo::listen,
                    config::advised(config::parsed<ListenAddress>("address", "tcp://HOST:PORT or udp://HOST:PORT",
                                                                  "bad-address", parse_listen_address),
                                    transport_advice))
          .required()
          .doc("Where the echo service (RFC 862) listens, and on which transport. A datagram that comes from a "
               "port below 1024, or from the port of the echo itself, is not answered: a service there would "
               "answer the answer.")
          .example("\"tcp://127.0.0.1:7007\""),
      config::field("idle", &Echo::idle, config::duration(1s, 24h))
          .otherwise("\"10m\"")
          .doc("A TCP connection on which nothing arrives for this long is closed.")
          .example("\"1m\""),
      config::field("rate", &Echo::rate, config::parsed<Rate>("rate", "N/s | N/m | N/h", "bad-rate", parse_rate))
          .otherwise("\"20/s\"")
          .doc("UDP: how many datagrams of one address are answered; an IPv6 client is its /64. The same number may "
               "come at once; the others are dropped. The limit ends a loop with another echo service, which one "
               "forged datagram would begin. Raise it to measure a network that you trust.")
          .example("\"1000/s\""),
  };
  return fields;
}

const config::SectionEntry echo_section("echo", true,
                                        "The echo service of RFC 862 on a raw TCP or UDP port: what arrives goes back.",
                                        []() -> const std::vector<config::Field>& { return echo_fields(); });

}  // namespace

Result<ListenAddress> parse_listen_address(const std::string& text) {
  std::string_view rest = text;
  bool datagrams = rest.starts_with("udp://");
  if (!datagrams && !rest.starts_with("tcp://")) return fail("an echo address begins with `tcp://` or `udp://`");
  rest.remove_prefix(6);
  if (rest.starts_with("unix:")) return fail("the echo service listens on a port, not on a Unix socket");
  auto endpoint = net::Endpoint::parse(rest);
  if (!endpoint) return std::unexpected(endpoint.error());
  return ListenAddress{*std::move(endpoint), datagrams};
}

std::vector<Echo> read_echoes(const config::Document& document, config::Reading& reading) {
  std::vector<Echo> echoes;
  const auto* declarations = document.find("echo");
  if (!declarations) return echoes;
  for (const auto& declaration : *declarations) {
    if (auto echo = config::read(declaration.table, "[[echo]]", echo_fields(), reading))
      echoes.push_back(*std::move(echo));
  }
  return echoes;
}

}  // namespace sluice::echo
