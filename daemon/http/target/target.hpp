#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/method.hpp"

namespace sluice::http {

/// An authority without user information: "example.org:8080", "[::1]".
struct Authority {
  std::string_view host;          // as received; an IPv6 literal with its brackets
  std::string_view port;          // digits, may be empty
  std::uint16_t port_number = 0;  // 0: none given
};

/// Reads `host [":" port]` by RFC 3986 §3.2: a registered name, an IPv4 address or a bracketed IP literal, a port up
/// to 65535. Nothing for an empty host, user information or any octet that does not belong there.
std::optional<Authority> parse_authority(std::string_view text);

/// A request target (RFC 9112 §3.2), taken apart. Views into the text that was read.
struct Target {
  enum class Form : std::uint8_t { origin, absolute, authority, asterisk };
  Form form = Form::origin;
  std::string_view scheme;     // absolute form: "http" or "https", as received
  std::string_view authority;  // absolute and authority form; it overrules the Host field (RFC 9112 §3.2.2)
  Authority parsed_authority;  // its parts
  std::string_view path;       // raw, begins with '/'; "*" for the asterisk form; empty for the authority form
  std::string_view query;      // raw, without '?'
  bool has_query = false;
};

/// Takes a request target apart. CONNECT has the authority form and no other method has it; "*" goes with OPTIONS
/// only. Nothing for a target that is in none of the forms, has a fragment or user information, another
/// scheme, or octets that neither RFC 3986 nor the URL standard of browsers lets through raw.
std::optional<Target> parse_target(Method method, std::string_view text);

}  // namespace sluice::http
