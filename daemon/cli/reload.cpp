#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/command.hpp"
#include "cli/config_option.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"
#include "config/diagnostics.hpp"
#include "service/pid_file.hpp"
#include "site/site.hpp"

namespace sluice::cli {

namespace {

struct ReloadOptions {
  std::string config;
  std::string pid_file;  // overrides server.pid_file
};

/// Finds mistakes before the server does, so that they are shown where the user is.
int reload(const ReloadOptions& options) {
  config::Diagnostics diagnostics;
  diagnostics.for_another_process = true;
  auto site = site::load(config_file(options.config), diagnostics);
  if (!diagnostics.all().empty()) {
    diagnostics.sort();
    std::fputs(config::render(diagnostics, config::Format::human, wants_colour(STDERR_FILENO)).c_str(), stderr);
  }
  if (!site) return exit_config;
  auto pid_file = options.pid_file.empty() ? site->server.pid_file.value_or("") : options.pid_file;
  if (pid_file.empty()) {
    complain(
        "which process? The config has no server.pid_file, and --pid-file is not given. A service of systemd is "
        "reloaded by `systemctl reload sluice`");
    return exit_usage;
  }
  auto pid = service::running_process(pid_file);
  if (!pid) {
    complain("no server runs by " + pid_file);
    return exit_unavailable;
  }
  if (::kill(*pid, SIGHUP) == 0) return exit_ok;
  complain("cannot signal process " + std::to_string(*pid) + ": " + std::strerror(errno));
  return errno == EPERM ? exit_permission : exit_unavailable;
}

}  // namespace

Action prepare_reload(Arguments& arguments) {
  auto options = std::make_shared<ReloadOptions>();
  add_config_option(arguments, options->config);
  arguments.add({.names = "--pid-file",
                 .value = options->pid_file,
                 .help = "File that names the process; default: server.pid_file of the config",
                 .type = "FILE"});
  return [options] { return reload(*options); };
}

}  // namespace sluice::cli
