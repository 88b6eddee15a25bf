#pragma once

#include <string_view>

namespace sluice::http1 {

/// `part`, a view into text that begins at `from`, as it lies in a copy that begins at `to`. A view of nothing stays
/// one.
inline std::string_view moved(std::string_view part, const char* from, const char* to) {
  return part.data() ? std::string_view(to + (part.data() - from), part.size()) : part;
}

}  // namespace sluice::http1
