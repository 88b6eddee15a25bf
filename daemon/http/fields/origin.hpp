#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "http/status.hpp"

/// The origin of the page that makes a request (RFC 6454), and which ones may.
namespace sluice::http {

/// An origin as RFC 6454 §6.2 writes it.
struct Origin {
  std::string_view scheme, host, port;  // port: empty when it is the default of the scheme
};

/// Nothing when `text` is no origin: "null", or with anything before, between or behind scheme, host and port.
std::optional<Origin> parse_origin(std::string_view text);

/// Which web pages may make a request. Browsers send Origin; other clients need not, and are not refused.
struct OriginPolicy {
  bool any = false;
  bool same_host = true;             // the page's host and port are those of the request
  std::vector<std::string> allowed;  // "https://example.com", "https://*.example.com", "http://localhost:3000"

  bool allows(std::string_view origin, std::string_view authority) const;
  /// 0 when the request may be made; 400 when it has several fields Origin, 403 when its origin is not allowed. Of a
  /// request without Origin, such as that for an image, browsers say whether it is for another site (Sec-Fetch-Site,
  /// W3C Fetch Metadata §2.3), but not for which one.
  Status judge(const Request& request) const;
};

/// Whether `text` may stand in OriginPolicy::allowed: scheme and host, perhaps a port, "*." before the host.
bool is_origin_pattern(std::string_view text);

}  // namespace sluice::http
