#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"
#include "config/diagnostics.hpp"

namespace sluice::cli {
namespace {

// In the order of --help.
constexpr std::array commands = {
    Command{"serve", "Run the server, on a config or on a directory", prepare_serve},
    Command{"reload", "Check the config and let the running server read it", prepare_reload},
    Command{"check", "Find every mistake of a config; changes nothing", prepare_check},
    Command{"routes", "List what a config serves, and where it says so", prepare_routes},
    Command{"explain", "Tell what a key means, or what serves a request", prepare_explain},
    Command{"init", "Write a config to start from", prepare_init},
    Command{"schema", "Print the JSON Schema of the config, for editors", prepare_schema},
    Command{"reference", "Print the reference of all keys as Markdown", prepare_reference},
};

/// A first argument that is no command, and the command that it most likely misspells.
bool complain_of_unknown_command(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string_view> names;
  names.reserve(commands.size());
  for (const auto& command : commands) names.emplace_back(command.name);
  if (std::ranges::find(names, argv[1]) != names.end()) return false;
  auto message = "there is no command `" + std::string(argv[1]) + "`";
  auto meant = config::nearest(argv[1], names);
  if (!meant.empty()) message += "; did you mean `" + std::string(meant) + "`?";
  complain(message);
  return true;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  // --help and --version are "errors" to the parser, with the exit code 0.
  if (error.get_exit_code() == 0) {
    app.exit(error);
    return exit_ok;
  }
  if (!complain_of_unknown_command(argc, argv)) complain(error.what());
  std::fputs("Run `sluice --help` for help.\n", stderr);
  return exit_usage;
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("A server for HTTP, WebSocket and static files that one TOML file describes.", "sluice");
  app.set_version_flag("--version", "sluice " SLUICE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 good, 64 wrong usage, 69 cannot listen, 73 cannot create a file, 77 not permitted, 78 "
      "bad config.");
  Action action;
  for (const auto& command : commands) {
    auto* sub = app.add_subcommand(command.name, command.description);
    sub->callback([&action, run = command.prepare(*sub)] { action = run; });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, argc, argv);
  }
  return action();
}

}  // namespace sluice::cli
