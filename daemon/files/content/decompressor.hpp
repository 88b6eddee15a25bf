#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/content/coding.hpp"

namespace sluice::files {

enum class DecodeFault : std::uint8_t { broken, too_large };

/// What `octets` in a content coding hold, if that is not larger than `most`. Takes no more memory than twice that, and
/// a window of 16 MiB. Callable from any thread.
std::expected<std::string, DecodeFault> decompress(std::string_view octets, http::Coding coding, std::size_t most);

}  // namespace sluice::files
