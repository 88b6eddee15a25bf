#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/status.hpp"

namespace sluice::http {

/// The forms that the body of an error may have: the values of the key `errors`.
enum class ErrorForm : std::uint8_t {
  automatic,  // by Accept: HTML for browsers, JSON (RFC 9457) for the rest
  problem,    // application/problem+json
  detail,     // {"detail": …} as application/json, as FastAPI has it
  text,       // "404: Not Found"
  html,       // a small page
};

struct ErrorPage {
  std::string body;
  std::string_view content_type;
  bool varies_by_accept = false;  // the response needs Vary: Accept
};

/// The body of an error response. `reason` names the kind of error, empty means the phrase of the status; `detail`
/// says what exactly was wrong and may be empty; `accept` is the request's Accept value. All three may hold
/// anything: they are escaped.
///
/// In the automatic form a client that names application/json, or weighs it higher than application/problem+json, gets
/// the same members as application/json and with them `message`, where many clients look for the text.
///
/// The memory of `buffer` becomes the body's: who gives back what an earlier page had allocates nothing.
ErrorPage make_error_page(ErrorForm form, Status status, std::string_view reason, std::string_view detail,
                          std::string_view accept, std::string buffer = {});

}  // namespace sluice::http
