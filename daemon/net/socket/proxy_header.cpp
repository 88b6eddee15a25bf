#include "net/socket/proxy_header.hpp"

#include <array>
#include <cstring>

#include "base/limit_hits.hpp"
#include "base/text.hpp"

namespace sluice::net {
namespace {

using Kind = ProxyHeader::Kind;

constexpr std::string_view v1_begin = "PROXY ";
constexpr std::size_t v1_most = 107;
constexpr std::string_view v2_begin("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t v2_fixed = 16;
constexpr std::size_t v2_most = 4096;

bool may_begin_with(std::string_view bytes, std::string_view begin) {
  auto common = std::min(bytes.size(), begin.size());
  return bytes.substr(0, common) == begin.substr(0, common);
}

/// The parts of a line of version 1, without its end.
std::optional<std::array<std::string_view, 6>> split_line(std::string_view line) {
  std::array<std::string_view, 6> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto space = line.find(' ');
    if ((space == std::string_view::npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = line.substr(0, space);
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  }
  return parts;
}

/// One of the two ends of a connection.
std::optional<Address> parse_end(std::string_view host, std::string_view port, int family) {
  auto number = parse_unsigned(port);
  if (!number || *number > 65535) return std::nullopt;
  auto address = Address::parse_ip(host, static_cast<std::uint16_t>(*number));
  return address && address->family() == family ? address : std::nullopt;
}

ProxyHeader read_v1(std::string_view bytes) {
  auto end = bytes.substr(0, v1_most).find("\r\n");
  if (end == std::string_view::npos) return {bytes.size() < v1_most ? Kind::incomplete : Kind::broken};
  ProxyHeader header{Kind::complete, end + 2, {}};
  auto line = bytes.substr(0, end);
  if (line == "PROXY UNKNOWN" || line.starts_with("PROXY UNKNOWN ")) return header;
  auto parts = split_line(line);
  if (!parts || ((*parts)[1] != "TCP4" && (*parts)[1] != "TCP6")) return {Kind::broken};
  int family = (*parts)[1] == "TCP4" ? AF_INET : AF_INET6;
  header.client = parse_end((*parts)[2], (*parts)[4], family);
  if (!header.client || !parse_end((*parts)[3], (*parts)[5], family)) return {Kind::broken};
  return header;
}

std::optional<Address> v2_client(std::uint8_t family, std::string_view addresses) {
  if (family == 0x11 && addresses.size() >= 12) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, addresses.data(), 4);
    std::memcpy(&v4.sin_port, addresses.data() + 8, 2);
    return Address(v4);
  }
  if (family == 0x21 && addresses.size() >= 36) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, addresses.data(), 16);
    std::memcpy(&v6.sin6_port, addresses.data() + 32, 2);
    return Address(v6);
  }
  return std::nullopt;
}

ProxyHeader read_v2(std::string_view bytes) {
  if (bytes.size() < v2_fixed) return {Kind::incomplete};
  auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  std::size_t length = octet(14) * 256u + octet(15);
  bool known = octet(12) == 0x20 || octet(12) == 0x21;  // LOCAL, PROXY
  if (!known || v2_fixed + length > v2_most) return {Kind::broken};
  if (bytes.size() < v2_fixed + length) return {Kind::incomplete};
  ProxyHeader header{Kind::complete, v2_fixed + length, {}};
  if (octet(12) == 0x20) return header;
  bool inet = octet(13) == 0x11 || octet(13) == 0x21;
  header.client = v2_client(octet(13), bytes.substr(v2_fixed, length));
  if (inet && !header.client) return {Kind::broken};
  return header;
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) {
  if (may_begin_with(bytes, v1_begin)) return bytes.size() < v1_begin.size() ? ProxyHeader{} : read_v1(bytes);
  if (may_begin_with(bytes, v2_begin)) return read_v2(bytes);
  return {Kind::absent};
}

void ProxyHeaderReader::on_open(Transport& transport) {
  transport_ = &transport;
  transport.set_deadline(patience_);
}

void ProxyHeaderReader::on_bytes(std::span<char> bytes) {
  std::string_view received(bytes.data(), bytes.size());
  if (!contains(*trusted_, transport_->peer())) return hand_over(received);
  if (received_.empty()) return take(received);
  received_.append(received);
  take(std::string(std::move(received_)));
}

void ProxyHeaderReader::take(std::string_view bytes) {
  auto header = read_proxy_header(bytes);
  switch (header.kind) {
    case Kind::incomplete: received_ = bytes; return;
    case Kind::absent: return hand_over(bytes);
    case Kind::broken: return transport_->abort();
    case Kind::complete: break;
  }
  if (header.client && !transport_->set_peer(*header.client)) {
    note_hit(Limit::connections_per_ip);
    return transport_->abort();
  }
  hand_over(bytes.substr(header.length));
}

void ProxyHeaderReader::hand_over(std::string_view unread) {
  transport_->set_deadline({});
  auto next = make_();
  if (!next) return transport_->abort();
  transport_->replace_protocol(std::move(next), unread);
}

}  // namespace sluice::net
