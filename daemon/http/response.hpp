#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/request.hpp"
#include "http/status.hpp"
#include "http/stream.hpp"
#include "net/protocol.hpp"

namespace sluice::http {

/// The fields of a response that are known when the config is loaded, in the forms the protocols want: ready
/// octets for HTTP/1, a list for HTTP/2. Part of a Site or of a file that is kept, and immutable from then on; lives as
/// long as the exchange.
/// Date, Connection, Content-Length and Transfer-Encoding are the protocol's business and never in here.
class FixedFields {
 public:
  FixedFields() = default;
  /// Field values must be free of CR, LF and NUL (checked when the config is read).
  FixedFields(std::vector<std::pair<std::string, std::string>> fields);

  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }
  /// "Name: value\r\n" of every field.
  std::string_view http1() const { return text_; }

  /// Octets of text that it keeps for HTTP/1.
  std::size_t octets() const { return text_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
  std::string text_;
};

/// Octets of a file, sent with sendfile where the transport can.
struct FileRange {
  std::shared_ptr<const net::OpenFile> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
/// Octets that something else owns (a file cache, a message for many).
struct SharedBytes {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};
/// monostate: no content. string_view: octets in the exchange's arena or in the Site. Several parts: multipart.
using BodyPart = std::variant<std::monostate, std::string_view, SharedBytes, FileRange>;

/// Size in octets of a part.
std::uint64_t size(const BodyPart& part);

/// A response as a handler gives it. The protocol adds Date, framing and Connection, leaves the body out for
/// HEAD, 204 and 304 (RFC 9110 §6.4.1, §15.3.5, §15.4.5), and keeps Content-Length where it is meaningful.
struct Response {
  Status status = 200;
  const FixedFields* fixed = nullptr;  // of the route; may be null
  std::vector<FieldLine> fields;       // further fields; views into arena or Site
  BodyPart body;
  std::vector<BodyPart> more;  // parts after `body`
  /// Where the body is left out on purpose (304, HEAD of a file), the length it would have had.
  std::int64_t declared_length = -1;
  std::unique_ptr<StreamSource> source;  // in place of `body`: the content comes piece by piece
  bool coding_chosen = false;            // it must not be compressed again
  bool close = false;                    // end the connection afterwards
};

}  // namespace sluice::http
