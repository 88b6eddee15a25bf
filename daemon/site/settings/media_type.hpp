#pragma once

#include <string>

#include "config/fields/fields.hpp"

namespace sluice::site {

/// The type of `content_type`: a media type, "text/css" or "text/html; charset=utf-8".
config::Type<std::string> media_type();

}  // namespace sluice::site
