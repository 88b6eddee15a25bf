#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "cli/command.hpp"
#include "cli/config_option.hpp"
#include "cli/exit_codes.hpp"
#include "cli/rights.hpp"
#include "cli/sandbox.hpp"
#include "cli/terminal.hpp"
#include "config/findings/diagnostics.hpp"
#include "echo/section.hpp"
#include "logging/journal.hpp"
#include "site/site.hpp"

/// `sluice check`: finds every mistake of a config. Reads files and nothing else: binds, writes and creates
/// nothing.
namespace sluice::cli {
namespace {

struct Options {
  std::string file;
  std::string user;
  std::string format = "human";
  bool quiet = false;
};

config::Format form_of(std::string_view name) {
  if (name == "gcc") return config::Format::gcc;
  return name == "json" ? config::Format::json : config::Format::human;
}

/// "1 route, 2 directories, [health], from 3 files".
std::string summary_of(const site::Site& site) {
  static const std::map<std::string, std::pair<const char*, const char*>, std::less<>> nouns = {
      {"route", {"route", "routes"}},
      {"static", {"directory", "directories"}},
      {"websocket", {"WebSocket endpoint", "WebSocket endpoints"}},
      {"echo", {"echo service", "echo services"}}};
  std::map<std::string, std::size_t> counts;
  for (const auto& endpoint : site.endpoints) ++counts[endpoint.section];
  if (!site.parts.get<echo::Echoes>().empty()) counts["echo"] = site.parts.get<echo::Echoes>().size();
  std::string out;
  for (const auto& [section, count] : counts) {
    auto noun = nouns.find(section);
    out += out.empty() ? "" : ", ";
    out += noun == nouns.end() ? "[" + section + "]"
                               : std::to_string(count) + " " + (count == 1 ? noun->second.first : noun->second.second);
  }
  if (out.empty()) out = "nothing";
  if (site.files.size() > 1) out += ", from " + std::to_string(site.files.size()) + " files";
  return out;
}

/// The journal of systemd, for which the service's reload checks, wants to know errors from the rest.
std::string for_standard_output(std::string text, bool good) {
  if (!logging::journal::is_stream(std::getenv("JOURNAL_STREAM"), STDOUT_FILENO)) return text;
  return logging::journal::with_priority(good ? logging::Level::info : logging::Level::error, text);
}

int check(const Options& options) {
  bool in_service = is_service_user();
  config::Diagnostics diagnostics;
  diagnostics.for_another_process = true;
  auto file = config_file(options.file);
  auto user = take_rights(options.user, file);
  if (!user) return user.error();
  auto site = site::load(file, diagnostics);
  if (options.user.empty() && !in_service) check_sandbox(file, site.get(), diagnostics);
  bool good = !diagnostics.failed();
  if (good && options.quiet) return exit_ok;
  diagnostics.sort();
  bool human = options.format == "human";
  auto text = config::render(diagnostics, form_of(options.format), human && wants_colour(STDOUT_FILENO));
  if (human && good) {
    text += "No errors. " + file + " is good" + (user->empty() ? "" : " for the user " + *user) + ": it serves " +
            summary_of(*site) + ".\nNext: `sluice reload` lets a running server read it, `sluice serve` starts one.\n";
  }
  if (!print(for_standard_output(std::move(text), good))) return exit_io;
  return good ? exit_ok : exit_config;
}

}  // namespace

Action prepare_check(Arguments& arguments) {
  auto options = std::make_shared<Options>();
  add_config_option(arguments, options->file);
  add_config_argument(arguments, options->file);
  add_user_option(arguments, options->user);
  arguments.add({.names = "--format",
                 .value = options->format,
                 .help = "Form of the findings: human, gcc (file:line:column: …) or json",
                 .choices = {"human", "gcc", "json"},
                 .shows_default = true});
  arguments.add_flag("-q,--quiet", options->quiet, "Print nothing when there are no errors");
  return [options] { return check(*options); };
}

}  // namespace sluice::cli
