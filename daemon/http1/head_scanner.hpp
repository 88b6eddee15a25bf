#pragma once

#include <cstdint>
#include <string_view>

#include "base/limit_hits.hpp"
#include "http/status.hpp"
#include "http1/header_cache.hpp"
#include "http1/settings.hpp"

namespace sluice::http1 {

/// Why a request is refused before it reaches the site.
struct Refusal {
  http::Status status = 0;    // 0: not refused
  Limit limit = Limit::none;  // that the request met
  std::string_view reason;    // constant text for the error page and the log

  constexpr Refusal() = default;
  constexpr Refusal(http::Status as, std::string_view because, Limit met = Limit::none)
      : status(as), limit(met), reason(because) {}
  explicit operator bool() const { return status != 0; }
};

/// Where the parts of a request line end: `method SP target SP HTTP/1.x CRLF` (RFC 9112 §3). In octets.
struct RequestLine {
  std::uint32_t method = 0;  // its length
  std::uint32_t target = 0;  // its length

  std::size_t target_begin() const { return method + 1u; }
  /// Without its CRLF.
  std::size_t length() const { return method + target + std::string_view("  HTTP/1.1").size(); }
};

/// Finds the end of a request head in what has arrived so far, and refuses what llhttp lets through and more: line
/// ends other than CRLF, control characters, folded and nameless fields, request lines that are not exactly three
/// parts, too much of anything (RFC 9112 §2.2, §3, §5). Keeps its place between calls, so that octets may come one by
/// one; whatever the pieces, the verdict is the same.
class HeadScanner {
 public:
  enum class Outcome { incomplete, complete, refused };

  /// `received` begins with the first octet of the head and holds everything since. `cache`, if given, may know the
  /// header section.
  Outcome scan(std::string_view received, const Settings& settings, HeaderCache* cache = nullptr);
  /// Back to the state before the first octet.
  void reset() { *this = {}; }

  /// Whether it has found anything of the head yet.
  bool begun() const { return line_begin_ != 0; }
  /// Octets of the head with its empty line and what was skipped before it, after Outcome::complete.
  std::size_t length() const { return line_begin_; }
  /// Octets before the request line: an empty line that some clients send (RFC 9112 §2.2).
  std::size_t skipped() const { return skipped_; }
  /// The parts of the request line, after Outcome::complete.
  const RequestLine& request_line() const { return request_line_; }
  /// How many field lines there are, after Outcome::complete.
  std::size_t fields() const { return fields_; }
  const Refusal& refusal() const { return refusal_; }
  /// Whether the cache had the header section of the head, after Outcome::complete. It is HeaderCache::latest() then.
  bool section_known() const { return section_known_; }

 private:
  Outcome refuse(const Refusal& refusal);
  Outcome unfinished(std::string_view received, const Settings& settings);
  Outcome stray_control(std::string_view received, std::size_t at, const Settings& settings);
  Refusal check_line(std::string_view line, const Settings& settings);
  Refusal check_request_line(std::string_view line, const Settings& settings);
  bool take_known(const HeaderSection* section, const Settings& settings);

  std::uint32_t line_begin_ = 0;
  std::uint16_t skipped_ = 0;
  std::uint16_t fields_ = 0;
  RequestLine request_line_;
  bool has_request_line_ = false;
  bool section_known_ = false;
  Refusal refusal_;
};

}  // namespace sluice::http1
