#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"
#include "config/findings/diagnostics.hpp"

namespace sluice::cli {
namespace {

// In the order of --help.
constexpr std::array commands = {
    Command{"serve", "Run the server, on a config or on a directory", prepare_serve},
    Command{"reload", "Check the config and let the running server read it", prepare_reload},
    Command{"check", "Find every mistake of a config; changes nothing", prepare_check},
    Command{"routes", "List what a config serves, and where it says so", prepare_routes},
    Command{"explain", "Show what a key means, or what serves a request", prepare_explain},
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

/// `sluice help [WORD]` in the words of the other commands: the help of a command, or what a key means.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  if (words.size() < 2 || words[1] != "help") return words;
  words.erase(words.begin() + 1);
  bool of_command = words.size() == 1 || std::ranges::find(commands, words[1], &Command::name) != commands.end();
  if (of_command) {
    words.emplace_back("--help");
  } else {
    words.insert(words.begin() + 1, "explain");
  }
  return words;
}

}  // namespace

int run(int argc, char** argv) {
  auto words = arguments_of(argc, argv);
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  argc = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  argv = pointers.data();
  CommandLine line;
  std::vector<Action> actions;
  for (const auto& command : commands) {
    auto arguments = line.add_command(command.name, command.description);
    actions.push_back(command.prepare(arguments));
  }
  auto parsed = line.parse(argc, argv);
  if (parsed.command) return actions[*parsed.command]();
  if (parsed.error.empty()) return exit_ok;
  if (!complain_of_unknown_command(argc, argv)) complain(parsed.error);
  std::fputs("Run `sluice --help` for help.\n", stderr);
  return exit_usage;
}

}  // namespace sluice::cli
