#include "websocket/handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "base/text.hpp"

namespace sluice::websocket {
namespace {

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Calls `use` with each element of the comma-separated list that the field lines `name` form together
/// (RFC 9110 §5.3), until it returns true; returns whether it did.
template <class Use>
bool any_element(const http::Request& request, std::string_view name, Use use) {
  for (const auto& line : request.fields) {
    if (!equals_ignoring_case(line.name, name)) continue;
    auto rest = line.value;
    for (std::string_view element; next_list_item(rest, element);) {
      if (use(element)) return true;
    }
  }
  return false;
}

bool lists(const http::Request& request, std::string_view name, std::string_view token) {
  return any_element(request, name, [&](std::string_view element) { return equals_ignoring_case(element, token); });
}

/// The only field line with this name. `several` is set when there are more.
std::string_view only_line(const http::Request& request, std::string_view name, bool& several) {
  std::string_view value;
  int lines = 0;
  for (const auto& line : request.fields) {
    if (equals_ignoring_case(line.name, name) && lines++ == 0) value = line.value;
  }
  several = lines > 1;
  return value;
}

bool is_key(std::string_view key) {
  if (key.size() != 24) return false;
  auto octets = parse_base64(key);
  return octets && octets->size() == 16;
}

Handshake refuse(http::Status status, std::string_view reason) { return {status, reason, {}, {}, {}}; }

/// The first of our subprotocols that the client offers.
std::string_view choose_protocol(const http::Request& request, const HandshakeOptions& options) {
  for (const auto& ours : options.protocols) {
    auto same = [&](std::string_view offered) { return offered == ours; };
    if (any_element(request, "Sec-WebSocket-Protocol", same)) return ours;
  }
  return {};
}

std::optional<DeflateAgreement> agree_on_deflate(const http::Request& request, const HandshakeOptions& options) {
  if (!options.deflate.enabled) return std::nullopt;
  std::vector<std::string_view> offers;
  for (const auto& line : request.fields) {
    if (equals_ignoring_case(line.name, "Sec-WebSocket-Extensions")) offers.push_back(line.value);
  }
  return negotiate_deflate(offers, options.deflate);
}

}  // namespace

std::string accept_key(std::string_view key) {
  std::string text{key};
  text += guid;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base64({reinterpret_cast<const char*>(digest.data()), size});
}

Handshake shake_hands(const http::Request& request, const HandshakeOptions& options) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    return refuse(405, "A WebSocket is opened with GET.");
  }
  // RFC 9110 §7.8: Upgrade in an HTTP/1.0 request is ignored.
  bool may_upgrade = request.method == http::Method::get && request.version == http::Version::http11;
  if (!may_upgrade || !lists(request, "Upgrade", "websocket")) {
    return refuse(426, "This address speaks WebSocket: the request must ask for an upgrade.");
  }
  if (!lists(request, "Connection", "upgrade")) return refuse(400, "The Connection field lacks the option `upgrade`.");

  bool several = false;
  auto version = only_line(request, "Sec-WebSocket-Version", several);
  if (several) return refuse(400, "Sec-WebSocket-Version is given more than once.");
  if (version != "13") return refuse(426, "Only version 13 of the WebSocket protocol is spoken here.");
  auto key = only_line(request, "Sec-WebSocket-Key", several);
  if (several) return refuse(400, "Sec-WebSocket-Key is given more than once.");
  if (!is_key(key)) return refuse(400, "Sec-WebSocket-Key must be the base64 form of 16 bytes.");

  auto refused = options.origins.judge(request);
  if (refused == 400) return refuse(400, "Origin is given more than once.");
  if (refused != 0) return refuse(403, "Pages of this origin may not connect.");
  return {101, {}, accept_key(key), choose_protocol(request, options), agree_on_deflate(request, options)};
}

}  // namespace sluice::websocket
