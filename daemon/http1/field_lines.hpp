#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "http/request.hpp"

namespace sluice::http1 {

/// What plain field lines say of the connection.
struct PlainFields {
  bool keep_alive = true;
};

/// Splits the field lines of a request of HTTP/1.1 (RFC 9112 §5), if they are plain: well-formed, and none of them
/// bears on how the message is framed or what becomes of the connection, but for one `Connection: close` or
/// `keep-alive`. Most heads are, and are read at a fraction of llhttp's cost, which looks at each octet in turn.
///
/// `lines` is what follows the request line, with its empty line; HeadScanner has checked line ends and control
/// characters. `fields` has room for just these lines; values are without the whitespace around them. Nothing when
/// the lines are not plain: llhttp then reads them, or says what is wrong.
std::optional<PlainFields> split_plain_fields(std::string_view lines, std::span<http::FieldLine> fields);

}  // namespace sluice::http1
