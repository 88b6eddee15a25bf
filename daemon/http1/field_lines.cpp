#include "http1/field_lines.hpp"

#include "base/text.hpp"

namespace sluice::http1 {

namespace {

/// Fields that decide where the message ends or what the connection becomes. Proxy-Connection is none of RFC 9110's,
/// but llhttp takes it for Connection.
bool concerns_framing(std::string_view name) {
  switch (name.size()) {
    case 7: return equals_ignoring_case(name, "upgrade");
    case 14: return equals_ignoring_case(name, "content-length");
    case 16: return equals_ignoring_case(name, "proxy-connection");
    case 17: return equals_ignoring_case(name, "transfer-encoding");
    default: return false;
  }
}

bool is_connection(std::string_view name) { return name.size() == 10 && equals_ignoring_case(name, "connection"); }

/// The line at the front of `lines`. False if it has no name that a colon follows.
bool split_line(std::string_view lines, std::size_t end, http::FieldLine& field) {
  std::size_t colon = 0;
  while (is_token_char(lines[colon])) ++colon;  // stops at the CR at the latest
  if (colon == 0 || lines[colon] != ':') return false;
  field.name = lines.substr(0, colon);
  field.value = trim(lines.substr(colon + 1, end - colon - 1));
  return true;
}

}  // namespace

std::optional<PlainFields> split_plain_fields(std::string_view lines, std::span<http::FieldLine> fields) {
  PlainFields plain;
  bool connection_given = false;
  for (auto& field : fields) {
    auto end = lines.find('\r');
    if (!split_line(lines, end, field) || concerns_framing(field.name)) return std::nullopt;
    if (is_connection(field.name)) {
      plain.keep_alive = equals_ignoring_case(field.value, "keep-alive");
      bool known = plain.keep_alive || equals_ignoring_case(field.value, "close");
      if (!known || connection_given) return std::nullopt;
      connection_given = true;
    }
    lines.remove_prefix(end + 2);
  }
  return plain;
}

}  // namespace sluice::http1
