#include "site/settings/networks.hpp"

namespace sluice::site {
namespace {

Result<net::Networks> parse_networks(const std::string& text) {
  auto named = net::networks_by_name(text);
  if (!named.empty()) return named;
  auto network = net::Network::parse(text);
  if (!network) return std::unexpected(network.error());
  return net::Networks{*network};
}

config::Type<bool> lifting() {
  auto type = config::boolean();
  type.info.name = "false";
  type.info.schema = R"({"type":"boolean","enum":[false]})";
  type.read = [](const config::Value& value, config::Reading& reading) -> std::optional<bool> {
    if (!value.boolean) return false;
    auto& error = reading.diagnostics.error("wrong-type", value.span,
                                            reading.subject + " must be an address, a list of addresses or false");
    error.help = "write a list: [\"10.0.0.0/8\", \"2001:db8::/32\"]";
    return std::nullopt;
  };
  return type;
}

}  // namespace

config::Type<NetworkList> network_list(std::string when_empty) {
  auto blocks = config::any_number(config::parsed<net::Networks>(
      "address", "IP | IP/PREFIX | unix | loopback | private", "bad-address", parse_networks));
  config::Type<NetworkList> list{
      blocks.info,
      [read = blocks.read, when_empty = std::move(when_empty)](const config::Value& value,
                                                               config::Reading& reading) -> std::optional<NetworkList> {
        auto got = read(value, reading);
        if (!got) return std::nullopt;
        if (value.kind == config::Value::Kind::array && value.items.empty() && !when_empty.empty())
          reading.diagnostics.warning("empty-list", value.span, reading.subject + " is an empty list").label =
              when_empty;
        NetworkList all;
        for (const auto& one : *got) all.networks.insert(all.networks.end(), one->begin(), one->end());
        return all;
      }};
  auto lifted = lifting();
  config::Type<NetworkList> none{
      lifted.info,
      [read = lifted.read](const config::Value& value, config::Reading& reading) -> std::optional<NetworkList> {
        if (!read(value, reading)) return std::nullopt;
        return NetworkList{true, {}};
      }};
  return config::either({config::Value::Kind::boolean}, std::move(none), std::move(list));
}

}  // namespace sluice::site
