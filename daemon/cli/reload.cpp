#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "cli/command.hpp"
#include "cli/config_option.hpp"
#include "cli/exit_codes.hpp"
#include "cli/rights.hpp"
#include "cli/terminal.hpp"
#include "config/findings/diagnostics.hpp"
#include "service/system/pid_file.hpp"
#include "service/system/process.hpp"
#include "site/site.hpp"

namespace sluice::cli {

namespace {

struct ReloadOptions {
  std::string config;
  std::string pid_file;  // overrides server.pid_file
};

/// Lets systemd reload the unit, which knows the process; returns the exit status of systemctl.
int reload_service(std::string unit) {
  std::string program = "systemctl", verb = "reload";
  std::array<char*, 4> arguments = {program.data(), verb.data(), unit.data(), nullptr};
  pid_t child = 0;
  auto error = ::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ);
  int status = 0;
  if (error != 0 || ::waitpid(child, &status, 0) != child) {
    complain("cannot run systemctl: " + std::string(std::strerror(error != 0 ? error : errno)));
    return exit_unavailable;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? exit_ok : exit_unavailable;
}

/// A reload does not change how many there are.
void warn_of_workers(std::int64_t wanted, pid_t server) {
  auto running = service::threads_of(server, service::worker_thread);
  if (wanted == 0 || running == 0 || std::cmp_equal(wanted, running)) return;  // 0: "auto"; or it has ended
  complain("warning: " + service::workers_wait(static_cast<std::size_t>(wanted), running));
}

/// Finds mistakes before the server does, so that they are shown where the user is.
int reload(const ReloadOptions& options) {
  config::Diagnostics diagnostics;
  diagnostics.for_another_process = true;
  auto file = config_file(options.config);
  auto site = site::load(file, diagnostics);
  if (!diagnostics.all().empty()) {
    diagnostics.sort();
    std::fputs(config::render(diagnostics, config::Format::human, wants_colour(STDERR_FILENO)).c_str(), stderr);
  }
  if (!site) return exit_config;
  auto pid_file = options.pid_file.empty() ? site->server.pid_file.value_or("") : options.pid_file;
  if (pid_file.empty()) {
    if (auto unit = service_of(file); !unit.empty()) return reload_service(std::move(unit));
    complain(
        "which process? The config has no server.pid_file, and --pid-file is not given. `sluice serve --watch` reloads "
        "by itself, `kill -HUP PID` works always");
    return exit_usage;
  }
  auto pid = service::running_server(pid_file);
  if (!pid) {
    complain(pid.error());
    return exit_unavailable;
  }
  if (::kill(*pid, SIGHUP) == 0) {
    warn_of_workers(site->server.workers, *pid);
    return exit_ok;
  }
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
