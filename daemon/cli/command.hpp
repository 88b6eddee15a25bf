#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace sluice::cli {

/// Runs a sub-command whose arguments were parsed; returns the exit code of the process.
using Action = std::function<int()>;

/// A sub-command of `sluice`.
struct Command {
  const char* name;
  const char* description;
  /// Declares the arguments on `app` and returns what to run once they are parsed.
  Action (*prepare)(CLI::App& app);
};

// One file each; the table of them is in run.cpp.
Action prepare_check(CLI::App& app);
Action prepare_explain(CLI::App& app);
Action prepare_init(CLI::App& app);
Action prepare_reference(CLI::App& app);
Action prepare_routes(CLI::App& app);
Action prepare_reload(CLI::App& app);
Action prepare_schema(CLI::App& app);
Action prepare_serve(CLI::App& app);

/// Parses the command line and runs what it asks for; returns the exit code of the process.
int run(int argc, char** argv);

}  // namespace sluice::cli
