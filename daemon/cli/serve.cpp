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
#include "config/findings/diagnostics.hpp"
#include "service/daemon.hpp"

namespace sluice::cli {

namespace {

constexpr const char* directory_listen = "127.0.0.1:8000";

/// A line of a banner, in which braces are placeholders; as TOML, which takes a JSON string for one of its own.
std::string banner_line(std::string_view text) {
  std::string line;
  for (char c : text) line.append(c == '{' || c == '}' ? 2 : 1, c);
  return json_string(line) + ", ";
}

/// What a person who serves a directory sees: where to look, and what else there is.
std::string directory_banner(const ServeOptions& options, const std::string& root) {
  std::error_code unreadable;
  bool has_index = std::filesystem::exists(root + "/index.html", unreadable);
  auto out = banner_line("") + banner_line("  Serving " + root + ". Ctrl-C stops it.") + banner_line("");
  if (!options.listen.starts_with("unix:")) out += "\"    http://localhost:{port}/\", \"\", ";
  if (!has_index) out += banner_line("  There is no index.html: / is not found; files are reached by their names.");
  if (has_index && !options.spa)
    out += banner_line("  --spa           for a single-page application: unknown paths get index.html");
  if (options.listen.empty()) {
    out += banner_line("  --port 8080     another port");
    out += banner_line("  --listen :8080  for other machines, too");
  }
  return out + banner_line("");
}

/// The configuration of `sluice serve DIRECTORY`, as a user would write it.
std::string directory_config(const ServeOptions& options) {
  auto root = std::filesystem::absolute(options.directory).lexically_normal().string();
  if (root.size() > 1 && root.ends_with('/')) root.pop_back();
  auto listen = options.listen.empty() ? std::string(directory_listen) : options.listen;
  return "[server]\nlisten = " + json_string(listen) + "\nbanner = [" + directory_banner(options, root) +
         "]\n\n[[static]]\nroot = " + json_string(root) + (options.spa ? "\nspa = true\n" : "\n");
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

/// `--port` is a short form of `--listen`.
std::expected<std::optional<net::Endpoint>, std::string> listen_of(ServeOptions& options) {
  const char* name = options.port.empty() ? "--listen: " : "--port: ";
  if (!options.port.empty()) options.listen = "127.0.0.1:" + options.port;
  if (options.listen.empty()) return std::nullopt;
  auto parsed = net::Endpoint::parse(options.listen);
  if (!parsed) return std::unexpected(name + parsed.error().message);
  return *parsed;
}

int wrong_usage(std::string_view message) {
  complain(message);
  return exit_usage;
}

/// What a user without a config can do.
int no_config() {
  complain("there is no ./sluice.toml, and no /etc/sluice/sluice.toml either. Try one of these:");
  std::fputs(
      "  sluice init            writes a sluice.toml to begin with\n"
      "  sluice serve .         serves this directory, without a config\n"
      "  sluice serve -c FILE   serves what FILE says\n",
      stderr);
  return exit_config;
}

int cannot_listen(const net::ListenError& error, bool default_port) {
  bool taken = default_port && error.code == EADDRINUSE;
  complain(error.message + (taken ? "; another port: `--port 8001`, or any free one: `--port 0`" : ""));
  return error.code == EACCES || error.code == EPERM ? exit_permission : exit_unavailable;
}

}  // namespace

int serve(ServeOptions options) {
  bool has_directory = !options.directory.empty();
  if (options.spa && !has_directory) return wrong_usage("--spa is for a directory; in a config write `spa = true`");
  auto listen = listen_of(options);
  if (!listen) return wrong_usage(listen.error());
  if (!has_directory && !finds_config(options.config)) return no_config();
  auto load = loader(options, *listen);
  config::Diagnostics diagnostics;
  auto site = load(diagnostics);
  show(diagnostics);
  if (!site) return exit_config;
  service::Daemon daemon(std::move(site), std::move(load));
  auto listening = daemon.listen();
  if (!listening) return cannot_listen(listening.error(), has_directory && options.listen.empty());
  if (options.watch) daemon.watch_files();
  return daemon.run();
}

Action prepare_serve(Arguments& arguments) {
  auto options = std::make_shared<ServeOptions>();
  add_config_option(arguments, options->config);
  arguments.add({.names = "DIRECTORY",
                 .value = options->directory,
                 .help = "Serve this directory and read no config, on 127.0.0.1:8000; a file is read as a config",
                 .excludes = "--config"});
  arguments.add({.names = "--listen",
                 .value = options->listen,
                 .help = "Listen here, whatever the config says: \"127.0.0.1:8080\", \":8080\", \"unix:/path\"",
                 .type = "ADDRESS"});
  arguments.add({.names = "--port",
                 .value = options->port,
                 .help = "Listen on this port of 127.0.0.1; 0: any free one",
                 .type = "PORT",
                 .excludes = "--listen"});
  arguments.add_flag("--spa", options->spa, "DIRECTORY is a single-page application: unknown paths get its index.html");
  arguments.add_flag("--watch", options->watch, "Reload when a config file changes");
  return [options] {
    std::error_code error;
    if (std::filesystem::is_regular_file(options->directory, error)) std::swap(options->config, options->directory);
    return serve(*options);
  };
}

}  // namespace sluice::cli
