#include "site/listeners.hpp"

#include <algorithm>

namespace sluice::site {
namespace {

/// A number alone is a port.
std::string address_advice(const config::Value& value) {
  if (!value.is(config::Value::Kind::integer)) return {};
  auto port = ":" + std::to_string(value.integer) + "\"";
  return "write \"" + port + " for every address of the machine, or \"127.0.0.1" + port;
}

bool same_place(const net::Endpoint& a, const net::Endpoint& b) {
  if (a.unix_path != b.unix_path || a.passed_as != b.passed_as) return false;
  if (!a.unix_path.empty() || !a.passed_as.empty()) return true;
  return a.address.port() != 0 && a.address == b.address;  // port 0: the kernel chooses, never the same
}

void report(config::Span here, config::Span earlier, config::Diagnostics& diagnostics) {
  auto& error = diagnostics.error("duplicate-listener", here, "this address is listened on already");
  error.notes.push_back({earlier, "first declared here"});
}

}  // namespace

config::Type<net::Endpoint> listen_address() {
  auto text = config::non_empty_string();
  config::Type<net::Endpoint> type;
  type.info = text.info;
  type.info.name = "address";
  type.info.range = "\"host:port\", \"[::1]:port\", \":port\", \"unix:/path\" or \"systemd:NAME\"";
  type.read = [text](const config::Value& value, config::Reading& reading) -> std::optional<net::Endpoint> {
    auto read = text.read(value, reading);
    if (!read) return std::nullopt;
    auto endpoint = net::Endpoint::parse(*read);
    if (endpoint) return *endpoint;
    auto& finding =
        reading.diagnostics.error("bad-address", value.span, "`" + *read + "` is not an address to listen on");
    finding.label = endpoint.error().message;
    return std::nullopt;
  };
  return config::advised(std::move(type), address_advice);
}

void check_listeners(const std::vector<config::Located<net::Endpoint>>& listen,
                     const std::vector<rawecho::Echo>& echoes, config::Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < listen.size(); ++i) {
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (same_place(listen[earlier].value, listen[i].value)) report(listen[i].span, listen[earlier].span, diagnostics);
    }
    for (const auto& echo : echoes) {
      bool streams = !echo.listen->datagrams;
      if (streams && same_place(listen[i].value, echo.listen->endpoint))
        report(echo.listen.span, listen[i].span, diagnostics);
    }
  }
}

std::vector<config::Located<net::Endpoint>> find_own_listeners(
    std::vector<Endpoint>& endpoints, const std::vector<config::Located<net::Endpoint>>& listen,
    const std::vector<rawecho::Echo>& echoes, config::Diagnostics& diagnostics) {
  std::vector<config::Located<net::Endpoint>> own;
  for (auto& endpoint : endpoints) {
    if (!endpoint.listen) continue;
    auto is_here = [&](const auto& other) {
      return other->text == endpoint.listen->value.text || same_place(*other, endpoint.listen->value);
    };
    if (auto known = std::ranges::find_if(own, is_here); known != own.end()) {
      endpoint.listen = *known;
      continue;
    }
    own.push_back(*endpoint.listen);
    for (const auto& public_one : listen)
      if (same_place(*public_one, *own.back())) report(own.back().span, public_one.span, diagnostics);
    for (const auto& echo : echoes)
      if (!echo.listen->datagrams && same_place(echo.listen->endpoint, *own.back()))
        report(own.back().span, echo.listen.span, diagnostics);
  }
  return own;
}

}  // namespace sluice::site
