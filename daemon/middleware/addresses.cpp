#include "site/hook.hpp"
#include "site/settings/networks.hpp"
#include "site/site.hpp"

/// `allow` and `deny`: which clients are served, by their addresses.
namespace sluice::middleware {
namespace {

struct Options {
  std::optional<site::NetworkList> allow, deny;
};

const config::Fields<Options>& fields() {
  static const config::Fields<Options> all = {
      config::field("allow", &Options::allow,
                    site::network_list("every client gets 403; `false` removes the list of [server]"))
          .doc("Clients that are served: addresses, blocks such as \"10.0.0.0/8\", \"loopback\", \"private\", or "
               "\"unix\" for clients of Unix sockets. All other clients get 403. The value in [server] applies to "
               "every table that does not set this key; `false` removes it. Behind a proxy, set `trusted_proxies`: "
               "otherwise the client's address is that of the proxy.")
          .example("[\"192.0.2.0/24\", \"2001:db8::/32\"]"),
      config::field("deny", &Options::deny, site::network_list())
          .doc("Clients that get 403, even if `allow` contains their address. The value in [server] applies to every "
               "table that does not set this key; `false` removes it.")
          .example("\"192.0.2.66\""),
  };
  return all;
}

class AddressFilter final : public site::Hook {
 public:
  AddressFilter(std::optional<net::Networks> allowed, net::Networks denied)
      : allowed_(std::move(allowed)), denied_(std::move(denied)) {}

  bool before(http::Exchange& exchange) const override {
    const auto& client = exchange.client();
    if (!net::contains(denied_, client) && (!allowed_ || net::contains(*allowed_, client))) return true;
    site::respond_error(exchange, 403, "this address is not allowed");
    return false;
  }

 private:
  std::optional<net::Networks> allowed_;
  net::Networks denied_;
};

std::shared_ptr<site::Hook> make(const Options& own, const Options& server) {
  const auto& allow = own.allow ? own.allow : server.allow;
  const auto& deny = own.deny ? own.deny : server.deny;
  bool allows = allow && !allow->lifted;
  bool denies = deny && !deny->lifted && !deny->networks.empty();
  if (!allows && !denies) return nullptr;
  return std::make_shared<AddressFilter>(allows ? std::optional(allow->networks) : std::nullopt,
                                         denies ? deny->networks : net::Networks{});
}

const site::Middleware middleware(site::HookOrder::addresses, site::all_sections(), fields, make);

}  // namespace
}  // namespace sluice::middleware
