#include <sys/stat.h>

#include <algorithm>

#include "base/text.hpp"
#include "handlers/root_check.hpp"
#include "handlers/static_handler.hpp"
#include "handlers/static_options.hpp"
#include "site/builder.hpp"

/// The section [[static]]: a directory as a site.
namespace sluice::handlers {

namespace {

const config::SectionEntry section("static", true, "A directory whose files are served.",
                                   []() -> const std::vector<config::Field>& { return static_fields(); });

/// The page of the 404 may come with the next deploy, so its absence is no error.
void check_error_page(const StaticOptions& options, config::Diagnostics& diagnostics) {
  if (!options.not_found) return;
  struct stat status {};
  if (::stat((*options.root + "/" + **options.not_found).c_str(), &status) == 0) return;
  diagnostics.warning("missing-file", options.not_found->span,
                      "there is no `" + **options.not_found + "` in the root");
}

/// Headers of the config go over those of the set for security.
std::vector<site::HeaderTemplate> all_headers(const StaticOptions& options,
                                              const config::Declaration& declaration,
                                              site::Builder& builder) {
  auto headers = security_headers(options.security_headers);
  for (const auto& own : builder.merged_headers(options.host, declaration.table.find("headers"))) {
    std::erase_if(headers, [&](const auto& header) { return equals_ignoring_case(header.name, own.name); });
    headers.push_back(own);
  }
  for (const auto& setting : options.headers) {
    if (setting.value) continue;  // `false` takes one of the set away, too
    std::erase_if(headers,
                  [&](const auto& header) { return equals_ignoring_case(header.name, setting.name); });
  }
  return headers;
}

void build(const config::Declaration& declaration, site::Builder& builder) {
  auto& diagnostics = builder.reading().diagnostics;
  auto options = config::read(declaration.table, "[[static]]", static_fields(), builder.reading());
  if (!options) return;
  if (options->host->empty()) options->host = declaration.host;
  bool sound = check_root(options->root, diagnostics);
  if (sound) check_error_page(*options, diagnostics);

  site::Endpoint endpoint;
  endpoint.section = "static";
  endpoint.summary = "static " + *options->root;
  endpoint.paths = options->paths;
  endpoint.host = options->host;
  endpoint.methods = {http::Method::get, http::Method::head};
  endpoint.mount = true;
  endpoint.access_log = options->access_log;
  endpoint.parameters = builder.parameters_of(options->paths, {}, {});
  endpoint.where = declaration.table.span;
  auto scope = builder.scope_of(options->paths, endpoint.parameters);
  FileHeaders headers(all_headers(*options, declaration, builder), scope, diagnostics);
  auto site = std::make_shared<const StaticSite>(to_settings(*options, std::move(headers)));
  endpoint.handler = std::make_unique<StaticHandler>(std::move(site));
  if (options->errors) endpoint.errors = std::make_shared<const site::ErrorBody>(std::move(*options->errors));
  if (sound) builder.add(std::move(endpoint));
}

const site::SectionBuilder builder_entry("static", build);

}  // namespace

}  // namespace sluice::handlers
