#pragma once

#include <cstddef>
#include <string>

#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

namespace sluice::templates {

/// Where octets [begin, end) of a TOML string's content stand in its file. Walks the source text, so escapes
/// and multi-line strings give exact columns; the place of the whole string when the content is not what the
/// file holds (after an expansion) or the source is not known.
config::Span place_within(const config::Sources& sources, const config::Located<std::string>& text, std::size_t begin,
                          std::size_t end);

}  // namespace sluice::templates
