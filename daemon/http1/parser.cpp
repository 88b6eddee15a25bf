#include "http1/parser.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "http/target/path.hpp"
#include "http/target/target.hpp"
#include "http1/exchange.hpp"

namespace sluice::http1 {

/// llhttp's callbacks. The head lies in one piece, so that a span is what the head holds; only a
/// field value can come in pieces, which are adjacent.
struct ParserCallbacks {
  static Parser& self(llhttp_t* parser) { return *static_cast<Parser*>(parser->data); }

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
    if (me.taker_ && !me.taker_->responded) me.taker_->take_piece({at, length});
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
    case HPE_INVALID_TRANSFER_ENCODING: return {400, "Transfer-Encoding is invalid"};
    case HPE_INVALID_CHUNK_SIZE: return {400, "a chunk size is invalid"};
    case HPE_INVALID_HEADER_TOKEN: return {400, "a field line holds a byte that is not allowed there"};
    default: return {400, "the request cannot be parsed"};
  }
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Octets of 0x80 and above in the target, as some clients send them, become percent-encoded: the one form in which a
/// URI may hold them (RFC 3986 §2.5). Gives the head with `line` changed to that; empty when they are not UTF-8.
std::string_view encode_target(std::string_view head, RequestLine& line, Arena& arena) {
  auto target = head.substr(line.target_begin(), line.target);
  if (!valid_utf8(target)) return {};
  auto high = static_cast<std::size_t>(std::ranges::count_if(target, is_high));
  auto out = arena.array<char>(head.size() + 2 * high);
  auto* to = std::ranges::copy(head.substr(0, line.target_begin()), out.data()).out;
  for (char c : target) {
    if (!is_high(c)) {
      *to++ = c;
      continue;
    }
    auto octet = static_cast<unsigned char>(c);
    *to++ = '%';
    *to++ = "0123456789ABCDEF"[octet >> 4];
    *to++ = "0123456789ABCDEF"[octet & 15];
  }
  std::ranges::copy(head.substr(line.target_begin() + line.target), to);
  line.target += static_cast<std::uint32_t>(2 * high);
  return {out.data(), out.size()};
}

/// A Host longer than this is read anew each time.
constexpr std::size_t longest_kept_authority = 128;

}  // namespace

void Parser::begin() {
  taker_ = nullptr;
  body_octets_ = raw_octets_ = content_length_ = content_limit_ = 0;
  hosts_ = transfer_encodings_ = 0;
  last_octet_ = 0;
  value_open_ = head_done_ = in_trailers_ = complete_ = keep_alive_ = expects_continue_ = false;
}

Refusal Parser::parse_head(std::string_view head, const HeadScanner& scanner, http::Exchange& exchange,
                           HeaderCache& cache) {
  begin();
  auto line = scanner.request_line();
  auto& request = exchange.request;
  auto copy = exchange.arena.copy(head);
  if (auto bad = read_request_line(copy, line, exchange)) return bad;
  auto fields = exchange.arena.array<http::FieldLine>(scanner.fields());
  auto lines = copy.substr(line.length() + 2);
  if (scanner.section_known() && request.version == http::Version::http11 && request.target.front() == '/') {
    take_known(cache.latest(), lines, fields, request);
    return {};
  }
  if (auto bad = split_by_llhttp(copy, fields)) return bad;
  if (auto bad = read_fields(request, fields)) return bad;
  if (may_be_cached(request)) cache.store(lines, fields, request.authority, request.host, keep_alive_);
  return {};
}

/// Whether the header section says the same of every request of its kind: none of its fields bears on the body, on an
/// upgrade, or on what the server must do first.
bool Parser::may_be_cached(const http::Request& request) const {
  constexpr int special = F_CONTENT_LENGTH | F_CHUNKED | F_TRANSFER_ENCODING | F_UPGRADE | F_CONNECTION_UPGRADE;
  return complete_ && (parser_.flags & special) == 0 && !expects_continue_ &&
         request.version == http::Version::http11 && request.target.front() == '/';
}

/// `lines` are those of `section`, which have been read before and found to be plain.
void Parser::take_known(const HeaderSection& section, std::string_view lines, std::span<http::FieldLine> fields,
                        http::Request& request) {
  section.place(lines.data(), fields);
  request.fields = fields;
  auto authority_begin = static_cast<std::size_t>(section.authority.data() - section.octets.data());
  request.authority = lines.substr(authority_begin, section.authority.size());
  request.host = request.authority.substr(0, section.host.size());
  keep_alive_ = section.keep_alive;
  complete_ = true;
  parser_.flags = 0;
}

/// Target and version are known even when the request is refused: for the log, and for 405.
Refusal Parser::read_request_line(std::string_view& head, RequestLine& line, http::Exchange& exchange) {
  auto& request = exchange.request;
  auto method = http::parse_method(head.substr(0, line.method));
  request.method = method.value_or(http::Method::get);
  request.version = head[line.length() - 1] == '0' ? http::Version::http10 : http::Version::http11;
  request.scheme = exchange.transport().secure() ? "https" : "http";
  auto target = head.substr(line.target_begin(), line.target);
  bool valid = read_target(target, exchange);
  if (!valid && std::ranges::any_of(target, is_high)) {
    head = encode_target(head, line, exchange.arena);
    if (head.empty()) return {400, "the request target is not UTF-8"};
    valid = read_target(head.substr(line.target_begin(), line.target), exchange);
  }
  if (method == http::Method::connect) return {501, "this server is not a proxy"};
  if (!valid) return {400, "the request target is invalid"};
  if (!method) return unknown_method;
  return {};
}

Refusal Parser::split_by_llhttp(std::string_view head, std::span<http::FieldLine> fields) {
  fields_.clear();
  if (auto bad = run_llhttp(head)) return bad;
  if (fields_.size() != fields.size()) return {400, "the request head cannot be parsed"};
  std::ranges::transform(fields_, fields.begin(),
                         [](const auto& field) { return http::FieldLine{field.name, trim(field.value)}; });
  return {};
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

bool Parser::read_target(std::string_view text, http::Exchange& exchange) {
  auto& request = exchange.request;
  request.target = text;
  auto target = http::parse_target(request.method, text);
  if (!target) return false;
  request.path = http::without_dot_segments(target->path, exchange.arena);
  request.query = target->query;
  request.has_query = target->has_query;
  request.authority = target->authority;
  request.host = target->parsed_authority.host;
  return true;
}

Refusal Parser::read_host(http::Request& request, const http::FieldLine& field) {
  if (++hosts_ > 1) return {400, "Host is given twice"};
  if (field.value.empty() || field.value != valid_authority_) {
    auto host = http::parse_authority(field.value);
    if (!host) return {400, "Host is not a valid authority"};
    valid_host_length_ = host->host.size();
    valid_authority_ = field.value.size() <= longest_kept_authority ? field.value : std::string_view{};
  }
  if (request.authority.empty()) {  // the absolute form overrules Host (RFC 9112 §3.2.2)
    request.authority = field.value;
    request.host = field.value.substr(0, valid_host_length_);
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

Refusal Parser::read_fields(http::Request& request, std::span<http::FieldLine> fields) {
  request.fields = fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (auto bad = read_field(request, fields[i])) {
      request.fields = fields.first(i + 1);  // for the form of the error body and the log
      return bad;
    }
  }
  if (hosts_ == 0 && request.version == http::Version::http11) return {400, "Host is missing"};
  return {};
}

Refusal Parser::parse_body(std::string_view octets, Exchange* taker, std::size_t& consumed) {
  taker_ = taker;
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
