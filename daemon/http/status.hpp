#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::http {

using Status = std::uint16_t;

/// The phrase that the IANA registry gives for a status, or an empty text for one that is not registered.
std::string_view reason_phrase(Status status);

/// Whether a response with this status has content by definition (RFC 9110 §6.4.1): not 1xx, 204, 304.
constexpr bool may_have_content(Status status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace sluice::http
