#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"
#include "config/manual.hpp"

/// `sluice explain KEY`: what a key of the config means.
namespace sluice::cli {

Action prepare_explain(CLI::App& app) {
  auto key = std::make_shared<std::string>();
  app.add_option("KEY", *key, "A key, \"server.limits.header_bytes\" or \"header_bytes\", or a table, \"route\"")->required();
  return [key] {
    auto text = config::explain(*key);
    if (!text) {
      complain(text.error().message);
      return exit_usage;
    }
    return print(*text) ? exit_ok : exit_io;
  };
}

}  // namespace sluice::cli
