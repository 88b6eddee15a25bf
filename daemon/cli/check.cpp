#include <unistd.h>

#include <map>
#include <memory>

#include "cli/command.hpp"
#include "cli/config_option.hpp"
#include "cli/exit_codes.hpp"
#include "cli/rights.hpp"
#include "cli/terminal.hpp"
#include "config/diagnostics.hpp"
#include "site/site.hpp"

/// `sluice check`: finds every mistake of a config. Reads files and nothing else: binds, writes and creates
/// nothing.
namespace sluice::cli {
namespace {

struct Options {
  std::string file;
  std::string user;
  std::string format = "human";
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
  if (!site.echoes.empty()) counts["echo"] = site.echoes.size();
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

int check(const Options& options) {
  config::Diagnostics diagnostics;
  diagnostics.for_another_process = true;
  auto file = config_file(options.file);
  auto user = take_rights(options.user, file);
  if (!user) return user.error();
  auto site = site::load(file, diagnostics);
  diagnostics.sort();
  bool human = options.format == "human";
  auto text = config::render(diagnostics, form_of(options.format), human && wants_colour(STDOUT_FILENO));
  if (human && site) {
    text += "No errors. " + file + " is good" + (user->empty() ? "" : " for the user " + *user) + ": it serves " +
            summary_of(*site) + ".\nNext: `sluice reload` lets a running server read it, `sluice serve` starts one.\n";
  }
  if (!print(text)) return exit_io;
  return site ? exit_ok : exit_config;
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
  return [options] { return check(*options); };
}

}  // namespace sluice::cli
