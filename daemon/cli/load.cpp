#include "cli/load.hpp"

#include <unistd.h>

#include <cstdio>

#include "cli/terminal.hpp"

namespace sluice::cli {

std::shared_ptr<const site::Site> load_or_complain(const std::string& file, config::Diagnostics& diagnostics) {
  diagnostics.for_another_process = true;
  auto site = site::load(file, diagnostics);
  diagnostics.sort();
  if (!diagnostics.all().empty())
    std::fputs(config::render(diagnostics, config::Format::human, wants_colour(STDERR_FILENO)).c_str(), stderr);
  return site;
}

}  // namespace sluice::cli
