#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/content/coding.hpp"

namespace sluice::files {

/// `octets` in a content coding, at levels that pay for a result that is kept. Blocks for as long as that
/// takes: about a second for 10 MB. Nothing when memory runs out. Callable from any thread.
std::optional<std::string> compress(std::string_view octets, http::Coding coding);

}  // namespace sluice::files
