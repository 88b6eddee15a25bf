#include "net/socket/address.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>

namespace sluice::net {

Address::Address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    std::memcpy(&storage_.v4, address, sizeof storage_.v4);
  } else if (address->sa_family == AF_INET6) {
    std::memcpy(&storage_.v6, address, sizeof storage_.v6);
  } else {
    storage_.any.sa_family = address->sa_family;
  }
}

socklen_t Address::length() const {
  if (family() == AF_INET) return sizeof(sockaddr_in);
  if (family() == AF_INET6) return sizeof(sockaddr_in6);
  return sizeof(sa_family_t);
}

std::uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(storage_.v4.sin_port);
  if (family() == AF_INET6) return ntohs(storage_.v6.sin6_port);
  return 0;
}

std::optional<Address> Address::parse_ip(std::string_view text, std::uint16_t port) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // at which inet_pton stops
  std::string host(text);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return Address(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return Address(v6);
  return std::nullopt;
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = "unix";
  if (family() == AF_INET) inet_ntop(AF_INET, &storage_.v4.sin_addr, text, sizeof text);
  if (family() == AF_INET6) {
    // An IPv4 client of a dual-stack listener appears as ::ffff:a.b.c.d: show what people know.
    const auto& address = storage_.v6.sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
      inet_ntop(AF_INET, address.s6_addr + 12, text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &address, text, sizeof text);
    }
  }
  return text;
}

std::string Address::text() const {
  auto name = host();
  if (family() != AF_INET && family() != AF_INET6) return name;
  if (name.find(':') != std::string::npos) name = "[" + name + "]";
  return name + ":" + std::to_string(port());
}

bool Address::is_any() const {
  if (family() == AF_INET) return storage_.v4.sin_addr.s_addr == INADDR_ANY;
  return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
}

bool Address::operator==(const Address& other) const {
  return family() == other.family() && std::memcmp(&storage_, &other.storage_, length()) == 0;
}

namespace {

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || port > 65535)
    return fail("`" + std::string(text) + "` is not a port (0 to 65535)");
  return static_cast<std::uint16_t>(port);
}

Result<Address> make_address(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return Address(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return Address(v6);
  return fail("`" + host + "` is not an IP address; names other than localhost are not looked up");
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  Endpoint endpoint;
  endpoint.text = text;
  if (text.starts_with("unix:")) {
    endpoint.unix_path = text.substr(5);
    if (endpoint.unix_path.empty() || endpoint.unix_path == "@") return fail("a path or `@name` must follow `unix:`");
    if (endpoint.unix_path.size() >= sizeof(sockaddr_un::sun_path))
      return fail("the path of a Unix socket has at most 107 bytes");
    return endpoint;
  }
  if (text.starts_with("systemd:")) {
    endpoint.passed_as = text.substr(8);
    if (endpoint.passed_as.empty())
      return fail("the name of a socket must follow `systemd:` (FileDescriptorName= of its unit)");
    if (endpoint.passed_as.find(':') != std::string::npos) return fail("a socket's name contains no `:`");
    return endpoint;
  }
  if (auto scheme = text.find("://"); scheme != std::string_view::npos)
    return fail("leave out `" + std::string(text.substr(0, scheme + 3)) + "`: an address is \"host:port\"");
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos)
    return fail("a port alone: write \":" + std::string(text) +
                "\" for every address of the machine, or \"127.0.0.1:" + std::string(text) + "\"");
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return fail("a port is missing: write \"" + std::string(text) + ":8080\" or \":8080\"");
  auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::unexpected(port.error());
  std::string host(text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return fail("an IPv6 address stands in brackets: \"[" + host + "]:" + std::to_string(*port) + "\"");
  }
  if (host.empty() || host == "*") host = "::";
  if (host == "localhost") host = "127.0.0.1";
  auto address = make_address(host, *port);
  if (!address) return std::unexpected(address.error());
  endpoint.address = *address;
  return endpoint;
}

}  // namespace sluice::net
