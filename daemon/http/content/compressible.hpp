#pragma once

#include <string_view>

namespace sluice::http {

/// Whether a content type is worth compressing: text, code, markup, fonts without compression of their own. A
/// type with parameters is taken as well.
bool is_compressible(std::string_view content_type);

/// Whether files of this type are already compressed. Their compressed forms are not kept.
bool is_compressed(std::string_view content_type);

}  // namespace sluice::http
