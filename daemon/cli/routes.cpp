#include <memory>

#include "cli/command.hpp"
#include "cli/config_option.hpp"
#include "cli/exit_codes.hpp"
#include "cli/load.hpp"
#include "cli/terminal.hpp"
#include "site/report.hpp"

/// `sluice routes`: a table of everything that a config serves.
namespace sluice::cli {

Action prepare_routes(Arguments& arguments) {
  auto file = std::make_shared<std::string>();
  add_config_option(arguments, *file);
  add_config_argument(arguments, *file);
  return [file] {
    config::Diagnostics diagnostics;
    auto site = load_or_complain(config_file(*file), diagnostics);
    if (!site) return exit_config;
    return print(diagnostics.secrets.hide(site::routes_table(*site, diagnostics.sources))) ? exit_ok : exit_io;
  };
}

}  // namespace sluice::cli
