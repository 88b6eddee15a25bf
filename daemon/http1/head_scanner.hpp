#pragma once

#include <cstdint>
#include <string_view>

#include "base/limit_hits.hpp"
#include "http/status.hpp"
#include "http1/settings.hpp"

namespace sluice::http1 {

/// Why a request is refused before it reaches the site.
struct Refusal {
  http::Status status = 0;     // 0: not refused
  Limit limit = Limit::none;   // that the request met
  std::string_view reason;     // constant text for the error page and the log

  constexpr Refusal() = default;
  constexpr Refusal(http::Status as, std::string_view because, Limit met = Limit::none)
      : status(as), limit(met), reason(because) {}
  explicit operator bool() const { return status != 0; }
};

/// Finds the end of a request head in what has arrived so far, and refuses what llhttp lets through: line ends
/// other than CRLF, folded and nameless fields, request lines that are not exactly three parts, too much of
/// anything (RFC 9112 §2.2, §3, §5). Keeps its place between calls, so that octets may come one by one.
class HeadScanner {
 public:
  enum class Outcome { incomplete, complete, refused };

  /// `received` begins with the first octet of the head and holds everything since.
  Outcome scan(std::string_view received, const Settings& settings);
  /// Back to the state before the first octet.
  void reset() { *this = {}; }

  /// Octets of the head with its empty line and what was skipped before it, after Outcome::complete.
  std::size_t length() const { return line_begin_; }
  /// Octets before the request line: an empty line that some clients send (RFC 9112 §2.2).
  std::size_t skipped() const { return skipped_; }
  const Refusal& refusal() const { return refusal_; }

 private:
  Outcome refuse(const Refusal& refusal);
  Outcome unfinished(std::string_view received, const Settings& settings);
  Refusal check_line(std::string_view line, const Settings& settings);

  std::uint32_t line_begin_ = 0;
  std::uint16_t skipped_ = 0;
  std::uint16_t fields_ = 0;
  bool has_request_line_ = false;
  Refusal refusal_;
};

/// Checks the form of a request line without its CRLF: `method SP target SP HTTP/1.x`. Octets of 0x80 and above
/// may stand in the target; the parser encodes them.
Refusal check_request_line(std::string_view line, const Settings& settings);

}  // namespace sluice::http1
