#include "handlers/root_check.hpp"
#include "handlers/static_handler.hpp"
#include "site/builder.hpp"
#include "site/error_body.hpp"
#include "site/headers.hpp"
#include "site/host_pattern.hpp"

/// The section [[static]]: a directory as a site.
namespace sluice::handlers {

namespace {

using config::Located;

struct Options {
  std::vector<Located<std::string>> paths;
  Located<std::string> host;
  Located<std::string> root;
  std::vector<Located<std::string>> index;
  Symlinks symlinks = Symlinks::inside;
  bool hidden = false;
  site::HeaderSettings headers;
  std::optional<site::ErrorBody> errors;
};

const config::Fields<Options>& fields() {
  using config::field;
  static const config::Fields<Options> all = {
      field("path", &Options::paths, config::one_or_more(config::non_empty_string()))
          .otherwise("\"/\"")
          .doc("Path below which the files are served, or several. It matches whole segments: `/files` "
               "serves /files/a, "
               "not /filesystem. Routes come first.")
          .example("\"/assets\""),
      field("host", &Options::host, site::host_pattern())
          .doc("Name of the host that the request must be for. `*.example.org` is every name below "
               "example.org. "
               "Without it all hosts are served. A file may set it for all it declares.")
          .example("\"www.example.org\""),
      field("root", &Options::root, config::path())
          .required()
          .doc("Directory whose files are served; nothing outside of it ever is. Every change in it, also a "
               "symbolic link "
               "that is switched, is visible to the next request.")
          .example("\"/srv/www\""),
      field("index", &Options::index, config::any_number(config::non_empty_string()))
          .otherwise("\"index.html\"")
          .doc("Name of the file that stands for its directory, or several, of which the first that exists "
               "is taken.")
          .example("[\"index.html\", \"index.htm\"]"),
      field("symlinks", &Options::symlinks,
            config::one_of<Symlinks>(
                {{"inside", Symlinks::inside}, {"off", Symlinks::off}, {"follow", Symlinks::follow}}))
          .otherwise("\"inside\"")
          .doc("Which symbolic links below the root are followed: relative ones that stay inside of it, none "
               "(off), or all, "
               "wherever they lead (follow).")
          .example("\"off\""),
      field("hidden", &Options::hidden, config::boolean())
          .otherwise("false")
          .doc("Whether files and directories whose names begin with a dot are served. `.well-known` always "
               "is.")
          .example("true"),
      field("headers", &Options::headers, site::header_settings())
          .doc("Header fields of the responses, with placeholders; `false` removes one that the server sets "
               "for all.")
          .example("{ Cache-Control = \"max-age=3600\" }"),
      field("errors", &Options::errors, site::error_body())
          .doc("Form of the error bodies here. Without it the server's form holds.")
          .example("\"html\""),
  };
  return all;
}

const config::SectionEntry section("static", true, "A directory whose files are served.",
                                   []() -> const std::vector<config::Field>& { return fields(); });

/// An index is a name in the directory itself.
bool check_index(const std::vector<Located<std::string>>& names, config::Diagnostics& diagnostics) {
  bool sound = true;
  for (const auto& name : names) {
    if (name->find('/') == std::string::npos && *name != "." && *name != "..") continue;
    diagnostics.error("bad-index", name.span, "`index` is the name of a file, not a path").label =
        "has no slash";
    sound = false;
  }
  return sound;
}

std::unique_ptr<StaticHandler> make_handler(const Options& options,
                                            const std::vector<site::HeaderTemplate>& headers,
                                            const site::Scope& scope, config::Diagnostics& diagnostics) {
  StaticSettings settings;
  settings.root = *options.root;
  settings.symlinks = options.symlinks;
  settings.hidden = options.hidden;
  for (const auto& name : options.index) settings.index.push_back(*name);
  return std::make_unique<StaticHandler>(std::move(settings), FileHeaders(headers, scope, diagnostics));
}

void build(const config::Declaration& declaration, site::Builder& builder) {
  auto& diagnostics = builder.reading().diagnostics;
  auto options = config::read(declaration.table, "[[static]]", fields(), builder.reading());
  if (!options) return;
  if (options->host->empty()) options->host = declaration.host;
  bool sound = check_index(options->index, diagnostics) & check_root(options->root, diagnostics);

  site::Endpoint endpoint;
  endpoint.section = "static";
  endpoint.summary = "static " + *options->root;
  endpoint.paths = options->paths;
  endpoint.host = options->host;
  endpoint.methods = {http::Method::get, http::Method::head};
  endpoint.mount = true;
  endpoint.parameters = builder.parameters_of(options->paths, {}, {});
  endpoint.where = declaration.table.span;
  auto headers = builder.merged_headers(options->host, declaration.table.find("headers"));
  auto scope = builder.scope_of(options->paths, endpoint.parameters);
  endpoint.handler = make_handler(*options, headers, scope, diagnostics);
  if (options->errors) endpoint.errors = std::make_shared<const site::ErrorBody>(std::move(*options->errors));
  if (sound) builder.add(std::move(endpoint));
}

const site::SectionBuilder builder_entry("static", build);

}  // namespace

}  // namespace sluice::handlers
