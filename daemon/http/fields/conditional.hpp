#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "http/request.hpp"

namespace sluice::http {

/// What tells one state of a representation from another.
struct Validators {
  static constexpr std::int64_t no_date = std::numeric_limits<std::int64_t>::min();

  std::string_view etag;                 // with its quotes; empty: none
  std::int64_t last_modified = no_date;  // seconds since 1970
};

/// The time of day, asked for at most once and only where it matters. It is for two-digit years in dates.
class Now {
 public:
  Now() = default;
  explicit Now(std::int64_t seconds) : seconds_(seconds) {}
  /// Seconds since 1970.
  std::int64_t seconds();

 private:
  std::int64_t seconds_ = Validators::no_date;  // no_date: the clock's
};

enum class Precondition : std::uint8_t {
  proceed,       // do what the method asks
  not_modified,  // 304
  failed,        // 412
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110 §13.2.2 for a
/// representation that exists. Without dates, for which `now` is asked, the result depends on nothing but the
/// arguments.
Precondition evaluate_preconditions(const Request& request, const Validators& validators, Now& now);

/// Whether the Range field may be looked at: there is one, the method is GET or HEAD, and If-Range, where given,
/// names exactly this representation (RFC 9110 §13.1.5, §14.2). For HEAD the answer is like that of GET.
bool range_applies(const Request& request, const Validators& validators, Now& now);

}  // namespace sluice::http
