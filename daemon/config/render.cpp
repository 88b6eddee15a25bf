#include "config/diagnostics.hpp"

namespace sluice::config {

std::string render(const Diagnostics& diagnostics, Format, bool) {
  std::string out;
  for (const auto& finding : diagnostics.all()) out += finding.message + "\n";
  return out;
}

}  // namespace sluice::config
