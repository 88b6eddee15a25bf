#include "base/bytes.hpp"

#include <array>
#include <utility>

namespace sluice {

std::string to_string(Bytes size) {
  constexpr std::array<std::pair<Bytes, const char*>, 3> units = {{{1_GiB, "GiB"}, {1_MiB, "MiB"}, {1_KiB, "KiB"}}};
  for (const auto& [unit, name] : units) {
    if (size.count != 0 && size.count % unit.count == 0) return std::to_string(size.count / unit.count) + name;
  }
  return std::to_string(size.count) + "B";
}

}  // namespace sluice
