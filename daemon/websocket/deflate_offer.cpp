#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "websocket/deflate.hpp"

/// Negotiation of permessage-deflate (RFC 7692 §5 and §7.1).
namespace sluice::websocket {
namespace {

/// One offer of a client.
struct Offer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<std::uint8_t> server_window_bits;
  bool limits_client = false;                      // client_max_window_bits is there
  std::optional<std::uint8_t> client_window_bits;  // and has a value
};

/// A value as a token or a quoted string that holds a token.
std::string_view unquote(std::string_view value) {
  bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// 8 to 15, without leading zeros (RFC 7692 §7.1.2).
std::optional<std::uint8_t> window_bits(std::string_view value) {
  if (value == "8" || value == "9") return static_cast<std::uint8_t>(value[0] - '0');
  if (value.size() != 2 || value[0] != '1' || value[1] < '0' || value[1] > '5') return std::nullopt;
  return static_cast<std::uint8_t>(10 + value[1] - '0');
}

/// Takes in one parameter. False when it is unknown, repeated or has a wrong value: such an offer must be
/// declined.
bool add_parameter(std::string_view text, Offer& offer) {
  auto equals = text.find('=');
  bool has_value = equals != std::string_view::npos;
  auto name = trim(text.substr(0, equals));
  auto value = has_value ? unquote(trim(text.substr(equals + 1))) : std::string_view{};
  if (name == "server_no_context_takeover") return !has_value && !std::exchange(offer.server_no_context_takeover, true);
  if (name == "client_no_context_takeover") return !has_value && !std::exchange(offer.client_no_context_takeover, true);
  if (name == "server_max_window_bits") {
    bool repeated = offer.server_window_bits.has_value();
    offer.server_window_bits = window_bits(value);
    return !repeated && offer.server_window_bits;
  }
  if (name == "client_max_window_bits") {
    bool repeated = std::exchange(offer.limits_client, true);
    offer.client_window_bits = window_bits(value);
    return !repeated && (!has_value || offer.client_window_bits);
  }
  return false;
}

std::optional<Offer> parse_offer(std::string_view text) {
  std::string_view part;
  if (!next_list_item(text, part, ';') || !equals_ignoring_case(part, "permessage-deflate")) return std::nullopt;
  Offer offer;
  while (next_list_item(text, part, ';')) {
    if (!add_parameter(part, offer)) return std::nullopt;
  }
  return offer;
}

std::optional<DeflateAgreement> accept(const Offer& offer, const DeflateOptions& options) {
  DeflateAgreement agreed;
  agreed.server_window_bits = std::min(options.server_window_bits, offer.server_window_bits.value_or(15));
  if (agreed.server_window_bits < 9) return std::nullopt;  // zlib cannot compress with a window of 256 octets
  agreed.server_context = options.keep_server_context && !offer.server_no_context_takeover;
  agreed.client_context = options.keep_client_context && !offer.client_no_context_takeover;
  // A client that does not say it can limit its window cannot be told to (§7.1.2.2).
  if (offer.limits_client) {
    agreed.client_window_bits = std::min(options.client_window_bits, offer.client_window_bits.value_or(15));
  }

  agreed.response = "permessage-deflate";
  if (!agreed.server_context) agreed.response += "; server_no_context_takeover";
  if (!agreed.client_context) agreed.response += "; client_no_context_takeover";
  if (agreed.server_window_bits < 15 || offer.server_window_bits) {
    agreed.response += "; server_max_window_bits=" + std::to_string(agreed.server_window_bits);
  }
  if (agreed.client_window_bits < 15) {
    agreed.response += "; client_max_window_bits=" + std::to_string(agreed.client_window_bits);
  }
  return agreed;
}

}  // namespace

std::optional<DeflateAgreement> negotiate_deflate(const std::vector<std::string_view>& fields,
                                                  const DeflateOptions& options) {
  if (!options.enabled) return std::nullopt;
  for (auto field : fields) {
    for (std::string_view element; next_list_item(field, element);) {
      auto offer = parse_offer(element);
      if (!offer) continue;
      if (auto agreed = accept(*offer, options)) return agreed;
    }
  }
  return std::nullopt;
}

}  // namespace sluice::websocket
