#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/coding.hpp"

namespace sluice::handlers {

/// `octets` in a content coding, at levels that pay for a result that is kept. Blocks for as long as that
/// takes: about a second for 10 MB. Nothing when memory runs out. Callable from any thread.
std::optional<std::string> compress(std::string_view octets, http::Coding coding);

/// Whether a content type is worth compressing: text, code, markup, fonts without compression of their own. A
/// type with parameters is taken as well.
bool is_compressible(std::string_view content_type);

/// Whether files of this type are compressed already, so that nobody keeps them compressed once more.
bool is_compressed(std::string_view content_type);

}  // namespace sluice::handlers
