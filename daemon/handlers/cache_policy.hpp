#pragma once

#include <string_view>

namespace sluice::handlers {

/// Whether a file name holds a hash of the content, as bundlers write it: `app.3f2a9c1b.js`,
/// `index-BxZ3kd9a.css`, `chunk-6ZQ7KXYV.mjs`. Words, dates, versions and numbers of cameras are none.
bool has_content_hash(std::string_view file_name);

/// The Cache-Control of a file for which the config says nothing: HTML is revalidated each time, so that a
/// deploy is seen; a name with a content hash never changes its meaning; the rest is kept for a minute.
std::string_view default_cache_control(std::string_view file_name, std::string_view content_type);

}  // namespace sluice::handlers
