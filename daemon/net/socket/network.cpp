#include "net/socket/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/text.hpp"

namespace sluice::net {
namespace {

using Bytes16 = std::array<std::uint8_t, 16>;
constexpr int v4_prefix = 96;
constexpr Bytes16 v4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Bytes16 bytes_of(const Address& address) {
  Bytes16 bytes = v4_mapped;
  if (address.family() == AF_INET) {
    std::memcpy(bytes.data() + 12, &reinterpret_cast<const sockaddr_in*>(address.raw())->sin_addr, 4);
  } else {
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address.raw())->sin6_addr, 16);
  }
  return bytes;
}

/// `bytes` with everything behind the first `prefix` bits zero.
Bytes16 masked(Bytes16 bytes, int prefix) {
  for (int i = 0; i < 16; ++i) {
    int bits = std::clamp(prefix - 8 * i, 0, 8);
    auto& byte = bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte & (0xff00 >> bits));
  }
  return bytes;
}

std::string text_of(const Bytes16& bytes, bool v4, int prefix) {
  char text[INET6_ADDRSTRLEN] = "";
  if (v4) {
    inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  return std::string(text) + "/" + std::to_string(prefix);
}

std::string why_no_address(std::string_view text) {
  if (text == "localhost") return "write \"loopback\" for the clients of this machine";
  if (text == "*" || text == "all" || text == "any") return "all addresses are \"0.0.0.0/0\" and \"::/0\"";
  return "`" + std::string(text) +
         "` is not an address; examples: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32, unix, loopback or private; names are "
         "not looked up";
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  Network network;
  if (text == "unix") {
    network.unix_ = true;
    return network;
  }
  auto slash = text.find('/');
  std::string host(text.substr(0, slash));
  if (host.find('\0') != std::string::npos) host.clear();  // at which inet_pton stops
  bool v4 = inet_pton(AF_INET, host.c_str(), network.bytes_.data() + 12) == 1;
  if (v4) {
    std::copy_n(v4_mapped.begin(), 12, network.bytes_.begin());
  } else if (inet_pton(AF_INET6, host.c_str(), network.bytes_.data()) != 1) {
    return fail(why_no_address(text));
  }
  if (slash == std::string_view::npos) {
    if (text == "0.0.0.0" || text == "::") return fail("no client has this address; all of them are `" + host + "/0`");
    return network;
  }
  int most = v4 ? 32 : 128;
  auto prefix = parse_unsigned(text.substr(slash + 1));
  if (!prefix || *prefix > static_cast<std::uint64_t>(most))
    return fail("the prefix length must be from 0 to " + std::to_string(most));
  auto length = static_cast<int>(*prefix);
  network.prefix_ = length + (v4 ? v4_prefix : 0);
  auto block = masked(network.bytes_, network.prefix_);
  if (block != network.bytes_)
    return fail("`" + std::string(text) + "` has bits after its prefix: write " + text_of(block, v4, length) +
                " for the block, or " + host + " for one address");
  return network;
}

bool Network::contains(const Address& address) const {
  bool inet = address.family() == AF_INET || address.family() == AF_INET6;
  if (unix_ || !inet) return unix_ && !inet;
  auto bytes = bytes_of(address);
  if (prefix_ < v4_prefix && masked(bytes, v4_prefix) == v4_mapped) return false;
  return masked(bytes, prefix_) == bytes_;
}

bool contains(const Networks& networks, const Address& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

Networks networks_by_name(std::string_view word) {
  Networks networks;
  auto add = [&](std::initializer_list<std::string_view> blocks) {
    for (auto block : blocks) networks.push_back(*Network::parse(block));
  };
  if (word == "loopback" || word == "private") add({"127.0.0.0/8", "::1"});
  if (word == "private")
    add({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"});
  return networks;
}

}  // namespace sluice::net
