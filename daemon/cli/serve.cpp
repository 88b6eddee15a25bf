#include "cli/serve.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/escape.hpp"
#include "cli/command.hpp"
#include "cli/config_option.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"
#include "config/diagnostics.hpp"
#include "service/daemon.hpp"

namespace sluice::cli {

namespace {

/// The configuration of `sluice serve DIRECTORY`, as a user would write it. A JSON string is a TOML string too.
std::string directory_config(const ServeOptions& options) {
  auto root = std::filesystem::absolute(options.directory).lexically_normal().string();
  auto listen = options.listen.empty() ? std::string("127.0.0.1:0") : options.listen;
  return "[server]\nlisten = " + json_string(listen) + "\n\n[[static]]\nroot = " + json_string(root) + "\n";
}

/// Puts the address of the command line in place of those of the file.
std::shared_ptr<const site::Site> with_listen(std::shared_ptr<const site::Site> site, const net::Endpoint& listen) {
  if (!site) return site;
  // The site was made by us a moment ago and nobody else has seen it yet.
  const_cast<site::Site&>(*site).server.listen = {{listen, {}}};
  return site;
}

service::LoadSite loader(const ServeOptions& options, const std::optional<net::Endpoint>& listen) {
  if (!options.directory.empty())
    return [options](config::Diagnostics& diagnostics) {
      return site::load_text("(command line)", directory_config(options), diagnostics);
    };
  return [options, listen](config::Diagnostics& diagnostics) {
    auto site = site::load(config_file(options.config), diagnostics);
    return listen ? with_listen(std::move(site), *listen) : site;
  };
}

void show(config::Diagnostics& diagnostics) {
  if (diagnostics.all().empty()) return;
  diagnostics.sort();
  std::fputs(config::render(diagnostics, config::Format::human, wants_colour(STDERR_FILENO)).c_str(), stderr);
}

}  // namespace

int serve(const ServeOptions& options) {
  std::optional<net::Endpoint> listen;
  if (!options.listen.empty()) {
    auto parsed = net::Endpoint::parse(options.listen);
    if (!parsed) {
      std::fprintf(stderr, "sluice: --listen: %s\n", parsed.error().message.c_str());
      return exit_usage;
    }
    listen = *parsed;
  }
  auto load = loader(options, listen);
  config::Diagnostics diagnostics;
  auto site = load(diagnostics);
  show(diagnostics);
  if (!site) return exit_config;
  service::Daemon daemon(std::move(site), std::move(load));
  auto listening = daemon.listen();
  if (!listening) {
    complain(listening.error().message);  // whatever [log] level says
    return listening.error().code == EACCES || listening.error().code == EPERM ? exit_permission : exit_unavailable;
  }
  if (options.watch) daemon.watch_files();
  return daemon.run();
}

Action prepare_serve(Arguments& arguments) {
  auto options = std::make_shared<ServeOptions>();
  add_config_option(arguments, options->config);
  arguments.add({.names = "DIRECTORY",
                 .value = options->directory,
                 .help = "Serve this directory and read no config, on any free port of this machine; a file is read "
                         "as a config",
                 .excludes = "--config"});
  arguments.add({.names = "--listen",
                 .value = options->listen,
                 .help = "Listen here, whatever the config says: \"127.0.0.1:8080\", \":8080\", \"unix:/path\"",
                 .type = "ADDRESS"});
  arguments.add_flag("--watch", options->watch, "Reload when a config file changes");
  return [options] {
    std::error_code error;
    if (std::filesystem::is_regular_file(options->directory, error)) std::swap(options->config, options->directory);
    return serve(*options);
  };
}

}  // namespace sluice::cli
