#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>

namespace sluice::cli {

void Arguments::add(const Option& option) {
  auto* added = app_.add_option(option.names, option.value, option.help);
  if (*option.type) added->type_name(option.type);
  if (*option.excludes) added->excludes(option.excludes);
  if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
  if (option.required) added->required();
  if (option.shows_default) added->capture_default_str();
}

void Arguments::add_flag(const char* names, bool& value, const char* help) { app_.add_flag(names, value, help); }

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>("A server for HTTP, WebSocket and static files that one TOML file describes.",
                                      "sluice")) {
  app_->set_version_flag("--version", "sluice " SLUICE_VERSION);
  app_->require_subcommand(1);
  app_->footer(
      "`sluice help COMMAND` describes a command, `sluice explain` lists what a config may contain.\n"
      "Exit codes: 0 good, 64 wrong usage, 69 cannot listen, 73 cannot create a file, 77 not permitted, 78 "
      "bad config.");
}

CommandLine::~CommandLine() = default;

Arguments CommandLine::add_command(const char* name, const char* description) {
  auto* command = app_->add_subcommand(name, description);
  command->callback([this, number = count_++] { chosen_ = number; });
  return Arguments(*command);
}

CommandLine::Parsed CommandLine::parse(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version are "errors" to the parser, with the exit code 0.
    if (error.get_exit_code() != 0) return {{}, error.what()};
    app_->exit(error);
    return {};
  }
  return {chosen_, {}};
}

}  // namespace sluice::cli
