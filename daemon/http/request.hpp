#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "http/method.hpp"

namespace sluice::http {

/// One header field line. Views into the exchange's arena.
struct FieldLine {
  std::string_view name;   // as received; compare with equals_ignoring_case
  std::string_view value;  // without surrounding white space
};

enum class Version : std::uint8_t { http10, http11, http2 };

/// A request as the protocol delivers it, whatever the protocol. All views live as long as the exchange.
struct Request {
  Method method = Method::get;
  Version version = Version::http11;
  std::string_view target;     // as received: "/a%20b?x=1", "http://host/a", "*"
  std::string_view path;       // raw path of the target without dot segments, begins with '/'; "*" for OPTIONS *
  std::string_view query;      // raw, without '?'
  bool has_query = false;      // "/a?" has an empty one
  std::string_view scheme;     // "http" or "https"
  std::string_view host;       // host of the target or of the Host field, without port, as received
  std::string_view authority;  // with port
  std::span<const FieldLine> fields;
  std::string_view body;  // complete, once the handler is called

  /// The first field line with this name (case-insensitive), or an empty view with null data.
  std::string_view field(std::string_view name) const;
};

}  // namespace sluice::http
