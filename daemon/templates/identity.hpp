#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/arena.hpp"

namespace sluice::templates {

/// A random UUID (version 4, RFC 9562 §5.4) in lower case, in `arena`. Its bits come from the kernel's
/// generator, fetched for many at once and kept per thread.
std::string_view new_uuid(Arena& arena);

/// `time` in UTC as RFC 3339 writes it, with seconds: "2026-01-31T08:05:09Z", in `arena`.
std::string_view rfc3339(std::chrono::system_clock::time_point time, Arena& arena);

/// A request's number as 16 hexadecimal digits, in `arena`.
std::string_view request_id_text(std::uint64_t id, Arena& arena);

}  // namespace sluice::templates
