#include <memory>

#include "cli/command.hpp"
#include "cli/config_option.hpp"
#include "cli/exit_codes.hpp"
#include "cli/load.hpp"
#include "cli/rights.hpp"
#include "cli/terminal.hpp"
#include "config/manual/manual.hpp"
#include "http/method.hpp"
#include "site/report.hpp"

/// `sluice explain`: what there is. `sluice explain KEY`: what a key of the config means. `sluice explain GET /path`:
/// what serves a request, and why nothing else does.
namespace sluice::cli {
namespace {

struct Options {
  std::string subject;
  std::string target;
  std::string host;
  std::string file;
  std::string user;
};

int explain_key(const std::string& key) {
  if (key.empty()) return print(config::contents(text_width())) ? exit_ok : exit_io;
  auto text = config::explain(key, text_width());
  if (!text) {
    complain(text.error().message);
    return exit_usage;
  }
  return print(*text) ? exit_ok : exit_io;
}

int explain_request(const Options& options) {
  auto method = http::parse_method(options.subject);
  if (!method) {
    complain("`" + options.subject + "` is not a method; write `sluice explain GET /path` or `sluice explain KEY`");
    return exit_usage;
  }
  if (!options.target.starts_with('/')) {
    complain("`" + options.target + "` is not a path: it begins with a slash");
    return exit_usage;
  }
  auto file = config_file(options.file);
  if (auto user = take_rights(options.user, file); !user) return user.error();
  config::Diagnostics diagnostics;
  auto site = load_or_complain(file, diagnostics);
  if (!site) return exit_config;
  auto text = site::explain_request(*site, diagnostics.sources, *method, options.host, options.target);
  return print(diagnostics.secrets.hide(std::move(text))) ? exit_ok : exit_io;
}

}  // namespace

Action prepare_explain(Arguments& arguments) {
  auto options = std::make_shared<Options>();
  arguments.add({.names = "KEY|METHOD",
                 .value = options->subject,
                 .help = "A key, \"server.limits.header_bytes\" or \"header_bytes\", a table, \"route\", or "
                         "\"placeholders\"; or the method of a request. Without it: a list of what there is"});
  arguments.add({"PATH", options->target, "The path of a request, after its method"});
  arguments.add({"--host", options->host, "The host for which the request is"});
  add_config_option(arguments, options->file);
  add_user_option(arguments, options->user);
  return [options] { return options->target.empty() ? explain_key(options->subject) : explain_request(*options); };
}

}  // namespace sluice::cli
