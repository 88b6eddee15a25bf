#pragma once

#include <functional>

#include "cli/arguments.hpp"

namespace sluice::cli {

/// Runs a sub-command whose arguments were parsed; returns the exit code of the process.
using Action = std::function<int()>;

/// A sub-command of `sluice`.
struct Command {
  const char* name;
  const char* description;
  /// Declares its arguments and returns what to run once they are parsed.
  Action (*prepare)(Arguments& arguments);
};

// One file each; the table of them is in run.cpp.
Action prepare_check(Arguments& arguments);
Action prepare_explain(Arguments& arguments);
Action prepare_init(Arguments& arguments);
Action prepare_reference(Arguments& arguments);
Action prepare_routes(Arguments& arguments);
Action prepare_reload(Arguments& arguments);
Action prepare_schema(Arguments& arguments);
Action prepare_serve(Arguments& arguments);

/// Parses the command line and runs what it asks for; returns the exit code of the process.
int run(int argc, char** argv);

}  // namespace sluice::cli
