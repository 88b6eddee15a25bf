#include "http/request.hpp"

#include "base/text.hpp"

namespace sluice::http {

std::string_view Request::field(std::string_view name) const {
  for (const auto& line : fields) {
    if (equals_ignoring_case(line.name, name)) return line.value.data() ? line.value : std::string_view("");
  }
  return {};
}

}  // namespace sluice::http
