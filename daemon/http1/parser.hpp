#pragma once

#include <llhttp.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "http1/head_scanner.hpp"

namespace sluice::http1 {

class Exchange;

/// Parses one message: first its head, which HeadScanner has found whole, then the octets of its body. All that decides
/// where a message ends is read by llhttp. Used again for every message. What the head holds lies in the exchange's
/// arena.
class Parser {
 public:
  /// Parses `head` (from the request line to the empty line) into `exchange.request`. `scanner` has found it. Its
  /// header section goes to `cache` if another request may begin with it.
  Refusal parse_head(std::string_view head, const HeadScanner& scanner, http::Exchange& exchange, HeaderCache& cache);
  /// After a head: does a body follow, how long is it, may the connection go on?
  bool has_body() const { return !complete_; }
  bool chunked() const { return (parser_.flags & F_CHUNKED) != 0; }
  std::uint64_t content_length() const { return content_length_; }
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }

  /// Most octets of content; a chunk that announces more is refused with 413 before its content has come.
  void limit_content(std::uint64_t octets) { content_limit_ = octets; }
  /// Takes octets of the body and gives its content to `taker`, unless it is null or has responded. `consumed` says how
  /// many belonged to the message. complete() tells whether that was all.
  Refusal parse_body(std::string_view octets, Exchange* taker, std::size_t& consumed);
  bool complete() const { return complete_; }
  /// Content octets so far.
  std::uint64_t body_octets() const { return body_octets_; }

 private:
  friend struct ParserCallbacks;

  void begin();
  Refusal read_request_line(std::string_view& head, RequestLine& line, http::Exchange& exchange);
  bool read_target(std::string_view text, http::Exchange& exchange);
  void take_known(const HeaderSection& section, std::string_view lines, std::span<http::FieldLine> fields,
                  http::Request& request);
  Refusal run_llhttp(std::string_view head);
  bool may_be_cached(const http::Request& request) const;
  Refusal split_by_llhttp(std::string_view head, std::span<http::FieldLine> fields);
  Refusal read_fields(http::Request& request, std::span<http::FieldLine> fields);
  Refusal read_field(http::Request& request, const http::FieldLine& field);
  Refusal read_host(http::Request& request, const http::FieldLine& field);
  Refusal read_transfer_encoding(const http::Request& request, const http::FieldLine& field);
  Refusal check_chunks() const;
  Refusal check_trailers(std::string_view octets);

  llhttp_t parser_{};
  std::vector<http::FieldLine> fields_;  // as llhttp splits them
  std::string valid_authority_;          // the last Host that was found valid: most requests repeat it
  std::size_t valid_host_length_ = 0;    // of the host in it
  Exchange* taker_ = nullptr;
  std::uint64_t content_length_ = 0;
  std::uint64_t content_limit_ = 0;
  std::uint64_t body_octets_ = 0;
  std::uint64_t raw_octets_ = 0;
  int hosts_ = 0;
  int transfer_encodings_ = 0;
  bool value_open_ = false;
  bool head_done_ = false;
  bool in_trailers_ = false;
  bool complete_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  char last_octet_ = 0;
};

}  // namespace sluice::http1
