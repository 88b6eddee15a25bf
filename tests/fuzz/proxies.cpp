/// What proxies say of their clients: the PROXY protocol, Forwarded and X-Forwarded-For. Whatever a client writes, the
/// last word is the proxy's.

#define DOCTEST_CONFIG_DISABLE
#include "input.hpp"
#include "net/socket/proxy_header.hpp"
#include "site/forwarded.hpp"
#include "site/site_fixture.hpp"

using namespace sluice;

namespace {

using Kind = net::ProxyHeader::Kind;

/// What is known of a beginning does not change with what follows it, and is known in time.
void check_header(std::string_view text) {
  net::ProxyHeader before;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    auto now = net::read_proxy_header(text.substr(0, size));
    fuzz::require(now.kind != Kind::incomplete || size < 4096, "a header has its longest length");
    fuzz::require(now.kind != Kind::complete || (now.length > 0 && now.length <= size), "a header has been received");
    if (before.kind != Kind::incomplete) {
      fuzz::require(now.kind == before.kind && now.length == before.length && now.client == before.client,
                    "what follows a header does not change it");
    } else if (now.kind == Kind::complete) {
      fuzz::require(now.length == size, "a header is complete with its last octet");
    }
    before = now;
  }
}

struct Taken {
  bool agreed;
  std::string client, scheme;
};

Taken take(std::vector<http::FieldLine> fields) {
  static const auto trusted = net::networks_by_name("private");
  test::TestExchange exchange;
  exchange.connect_from(*net::Address::parse_ip("127.0.0.1"));
  exchange.request.scheme = "http";
  exchange.request.fields = fields;
  bool agreed = site::take_forwarded(exchange, trusted);
  return {agreed, exchange.client().host(), std::string(exchange.request.scheme)};
}

void check_lists(const std::string& written, const std::string& other) {
  constexpr std::string_view client = "203.0.113.9";
  auto clients = written + ", " + std::string(client);
  auto elements = written + ", for=\"203.0.113.9:7\";proto=https";
  auto behind = elements + ", for=10.0.0.1;proto=https";
  fuzz::require(take({{"X-Forwarded-For", clients}}).client == client, "X-Forwarded-For ends with the client");
  fuzz::require(take({{"X-Forwarded-For", written}, {"X-Forwarded-For", client}}).client == client, "so do two lines");
  for (const auto& list : {elements, behind}) {
    auto taken = take({{"Forwarded", list}});
    fuzz::require(taken.client == client && taken.scheme == "https", "Forwarded ends with what proxies appended");
  }
  auto both = take({{"Forwarded", other}, {"X-Forwarded-For", clients}});
  fuzz::require(!both.agreed || other.empty() || both.client == client, "one field does not overrule the other");
  take({{"Forwarded", written}, {"X-Forwarded-Proto", other}});
  take({{"X-Forwarded-For", written}, {"X-Forwarded-Proto", other}, {"X-Forwarded-Host", written}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  check_header(input.rest());
  std::string written(input.line()), other(input.line());
  std::erase_if(written, [](char c) { return static_cast<unsigned char>(c) < 0x20; });  // which no field value has
  std::erase_if(other, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  check_lists(written, other);
  return 0;
}
