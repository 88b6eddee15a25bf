#include "http1/parser.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "http/target.hpp"

namespace sluice::http1 {

/// llhttp's callbacks. The head lies in one piece, so that a span is what the head holds; only a
/// field value can come in pieces, which are adjacent.
struct ParserCallbacks {
  static Parser& self(llhttp_t* parser) { return *static_cast<Parser*>(parser->data); }

  static int on_url(llhttp_t* parser, const char* at, std::size_t length) {
    self(parser).target_ = {at, length};
    return 0;
  }
  static int on_field(llhttp_t* parser, const char* at, std::size_t length) {
    auto& me = self(parser);
    if (me.head_done_) return 0;  // trailers are never merged into the head
    me.fields_.push_back({{at, length}, {}});
    me.value_open_ = false;
    return 0;
  }
  static int on_value(llhttp_t* parser, const char* at, std::size_t length) {
    auto& me = self(parser);
    if (me.head_done_ || me.fields_.empty()) return 0;
    auto& value = me.fields_.back().value;
    auto* begin = me.value_open_ ? value.data() : at;
    value = {begin, static_cast<std::size_t>(at + length - begin)};
    me.value_open_ = true;
    return 0;
  }
  static int on_headers_complete(llhttp_t* parser) {
    auto& me = self(parser);
    me.head_done_ = true;
    me.keep_alive_ = llhttp_should_keep_alive(parser) != 0;
    me.content_length_ = (parser->flags & F_CONTENT_LENGTH) ? parser->content_length : 0;
    return 0;
  }
  static int on_body(llhttp_t* parser, const char* at, std::size_t length) {
    auto& me = self(parser);
    me.body_octets_ += length;
    if (me.body_) me.body_->append(at, length);
    return 0;
  }
  static int on_chunk_header(llhttp_t* parser) {
    // After the last chunk lines are checked by check_trailers(), before every other its size by check_chunks().
    if (parser->content_length == 0) self(parser).in_trailers_ = true;
    return HPE_PAUSED;
  }
  static int on_message_complete(llhttp_t* parser) {
    self(parser).complete_ = true;
    return HPE_PAUSED;
  }

  static llhttp_settings_t* settings() {
    static llhttp_settings_t all = [] {
      llhttp_settings_t s;
      llhttp_settings_init(&s);
      s.on_url = on_url;
      s.on_header_field = on_field;
      s.on_header_value = on_value;
      s.on_headers_complete = on_headers_complete;
      s.on_body = on_body;
      s.on_chunk_header = on_chunk_header;
      s.on_message_complete = on_message_complete;
      return s;
    }();
    return &all;
  }
};

namespace {

/// Chunk sizes, extensions and trailers may take this much, and a little for each octet of content.
constexpr std::uint64_t chunk_overhead = 16 << 10;
constexpr std::uint64_t chunk_overhead_per_octet = 8;

constexpr Refusal unknown_method{501, "this method is not known here"};

Refusal describe(const llhttp_t& parser) {
  switch (llhttp_get_errno(&parser)) {
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_UNEXPECTED_CONTENT_LENGTH:
      return {400, "Content-Length is not one valid number, or stands beside Transfer-Encoding"};
    case HPE_INVALID_TRANSFER_ENCODING:
      return {400, "Transfer-Encoding is invalid"};
    case HPE_INVALID_CHUNK_SIZE:
      return {400, "a chunk size is invalid"};
    case HPE_INVALID_HEADER_TOKEN:
      return {400, "a field line holds an octet that is not allowed there"};
    default:
      return {400, "the request cannot be parsed"};
  }
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Copies the head into the arena. Octets of 0x80 and above in the target, as some clients send them, become
/// percent-encoded: the one form in which a URI may hold them (RFC 3986 §2.5). Null data when they are not UTF-8.
std::string_view copy_head(std::string_view head, Arena& arena) {
  auto line = head.substr(0, head.find('\r'));
  auto high = std::count_if(line.begin(), line.end(), is_high);
  if (high == 0) return arena.copy(head);
  if (!valid_utf8(line)) return {};
  auto out = arena.array<char>(head.size() + 2 * static_cast<std::size_t>(high));
  auto* to = out.data();
  for (char c : line) {
    if (!is_high(c)) {
      *to++ = c;
      continue;
    }
    auto octet = static_cast<unsigned char>(c);
    *to++ = '%';
    *to++ = "0123456789ABCDEF"[octet >> 4];
    *to++ = "0123456789ABCDEF"[octet & 15];
  }
  std::copy(head.begin() + static_cast<std::ptrdiff_t>(line.size()), head.end(), to);
  return {out.data(), out.size()};
}

}  // namespace

void Parser::begin() {
  fields_.clear();
  target_ = {};
  body_ = nullptr;
  body_octets_ = raw_octets_ = content_length_ = content_limit_ = 0;
  hosts_ = transfer_encodings_ = 0;
  last_octet_ = 0;
  value_open_ = head_done_ = in_trailers_ = complete_ = keep_alive_ = expects_continue_ = false;
}

Refusal Parser::parse_head(std::string_view head, http::Exchange& exchange) {
  begin();
  auto copy = copy_head(head, exchange.arena);
  if (copy.empty()) return {400, "the request target is not UTF-8"};
  auto& request = exchange.request;
  auto line = copy.substr(0, copy.find('\r'));
  auto method_end = line.find(' ');
  auto method = http::parse_method(line.substr(0, method_end));
  request.version = line.back() == '0' ? http::Version::http10 : http::Version::http11;
  request.method = method.value_or(http::Method::get);
  target_ = line.substr(method_end + 1, line.rfind(' ') - method_end - 1);
  if (method == http::Method::connect) return {501, "this server is not a proxy"};
  auto target = read_target(exchange);  // known even when the rest is refused, for the log and for 405
  if (!method) return unknown_method;
  if (target) return target;
  if (auto bad = run_llhttp(copy)) return bad;
  return read_fields(exchange);
}

Refusal Parser::run_llhttp(std::string_view head) {
  llhttp_init(&parser_, HTTP_REQUEST, ParserCallbacks::settings());
  parser_.data = this;
  auto error = llhttp_execute(&parser_, head.data(), head.size());
  // Whether an upgrade is granted is not the parser's business: its body, if any, is read all the same.
  if (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE) {
    complete_ = true;
    return {};
  }
  if (error != HPE_OK) return describe(parser_);
  if (!head_done_) return {400, "the request head cannot be parsed"};
  return {};
}

Refusal Parser::read_target(http::Exchange& exchange) {
  auto& request = exchange.request;
  request.target = target_;
  request.scheme = exchange.transport().secure() ? "https" : "http";
  auto target = http::parse_target(request.method, target_);
  if (!target) return {400, "the request target is invalid"};
  request.path = target->path;
  request.query = target->query;
  request.has_query = target->has_query;
  request.authority = target->authority;
  request.host = target->parsed_authority.host;
  return {};
}

Refusal Parser::read_host(http::Request& request, const http::FieldLine& field) {
  if (++hosts_ > 1) return {400, "Host is given twice"};
  auto host = http::parse_authority(field.value);
  if (!host) return {400, "Host is not a valid authority"};
  if (request.authority.empty()) {  // the absolute form overrules Host (RFC 9112 §3.2.2)
    request.authority = field.value;
    request.host = host->host;
  }
  return {};
}

Refusal Parser::read_transfer_encoding(const http::Request& request, const http::FieldLine& field) {
  if (++transfer_encodings_ > 1) return {400, "Transfer-Encoding is given twice"};
  if (request.version == http::Version::http10) return {400, "HTTP/1.0 has no Transfer-Encoding"};
  if (equals_ignoring_case(field.value, "chunked")) return {};
  if (field.value.find_first_not_of(" \t,") == std::string_view::npos) return {400, "Transfer-Encoding is empty"};
  return {501, "no transfer coding but `chunked` is known here"};
}

Refusal Parser::read_field(http::Request& request, const http::FieldLine& field) {
  if (field.name.size() == 4 && equals_ignoring_case(field.name, "host")) return read_host(request, field);
  if (field.name.size() == 17 && equals_ignoring_case(field.name, "transfer-encoding"))
    return read_transfer_encoding(request, field);
  if (field.name.size() == 6 && equals_ignoring_case(field.name, "expect")) {
    if (!equals_ignoring_case(field.value, "100-continue")) return {417, "this expectation is not known here"};
    expects_continue_ = request.version == http::Version::http11;
  }
  return {};
}

Refusal Parser::read_fields(http::Exchange& exchange) {
  auto& request = exchange.request;
  auto fields = exchange.arena.array<http::FieldLine>(fields_.size());
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    fields[i] = {fields_[i].name, trim(fields_[i].value)};
    if (auto bad = read_field(request, fields[i])) {
      request.fields = fields.first(i + 1);  // for the form of the error body and the log
      return bad;
    }
  }
  request.fields = fields;
  if (hosts_ == 0 && request.version == http::Version::http11) return {400, "Host is missing"};
  return {};
}

Refusal Parser::parse_body(std::string_view octets, std::string* body, std::size_t& consumed) {
  body_ = body;
  consumed = 0;
  while (consumed < octets.size() && !complete_) {
    auto piece = octets.substr(consumed);
    bool trailers = in_trailers_;
    auto error = llhttp_execute(&parser_, piece.data(), piece.size());
    auto used = piece.size();
    if (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE) {
      used = static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - piece.data());
      complete_ |= error == HPE_PAUSED_UPGRADE;
      if (error == HPE_PAUSED) llhttp_resume(&parser_);
      // A chunk's size has just been read, or nothing is left of it: what it announces is known.
      if (!complete_ && parser_.content_length > content_limit_ - std::min(content_limit_, body_octets_))
        return {413, "the body is larger than allowed here", Limit::body_bytes};
    } else if (error != HPE_OK) {
      return describe(parser_);
    }
    consumed += used;
    raw_octets_ += used;
    if (trailers) {
      if (auto bad = check_trailers(piece.substr(0, used))) return bad;
    }
    if (auto bad = check_chunks()) return bad;
  }
  return {};
}

/// Comes after every chunk's size and at the end of what has been received: the same octets are judged alike however
/// they arrive.
Refusal Parser::check_chunks() const {
  if (!chunked()) return {};
  if (raw_octets_ - body_octets_ > chunk_overhead + chunk_overhead_per_octet * body_octets_)
    return {400, "chunk sizes, extensions or trailers are too large"};
  return {};
}

/// llhttp takes a bare LF at the end of trailer lines, folded ones and ones without a name; here they are
/// lines like those of the head (RFC 9112 §5, §7.1.2).
Refusal Parser::check_trailers(std::string_view octets) {
  for (char c : octets) {
    bool begins_line = last_octet_ == '\0' || last_octet_ == '\n';
    if (c == '\n' && last_octet_ != '\r') return {400, "a trailer line ends with LF alone"};
    if (begins_line && (c == ' ' || c == '\t' || c == ':')) return {400, "a trailer line is folded or has no name"};
    last_octet_ = c;
  }
  return {};
}

}  // namespace sluice::http1
