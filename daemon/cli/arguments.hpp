#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// What the commands need of a parser of command lines; only arguments.cpp knows which one it is, because its header
/// takes longer to compile than all of a command.
namespace sluice::cli {

/// An argument that takes a value.
struct Option {
  const char* names;   // "-c,--config"; without dashes it is known by its position
  std::string& value;  // holds the default, and after parsing what was given; must live until then
  const char* help;
  const char* type = "";                  // what --help calls the value
  const char* excludes = "";              // an option that must not be given beside it
  std::vector<std::string> choices = {};  // the values that are allowed, where not all are
  bool required = false;
  bool shows_default = false;
};

/// The arguments of one command.
class Arguments {
 public:
  explicit Arguments(CLI::App& app) : app_(app) {}
  void add(const Option& option);
  /// An argument without a value; `value` must live until the line is parsed, and is then whether it was given.
  void add_flag(const char* names, bool& value, const char* help);

 private:
  CLI::App& app_;
};

/// `sluice COMMAND ARGUMENTS…`
class CommandLine {
 public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Arguments add_command(const char* name, const char* description);

  struct Parsed {
    std::optional<std::size_t> command;  // its number in the order in which they were added
    std::string error;                   // what is wrong with the line; empty: --help or --version, which was answered
  };
  Parsed parse(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
  std::optional<std::size_t> chosen_;
  std::size_t count_ = 0;
};

}  // namespace sluice::cli
