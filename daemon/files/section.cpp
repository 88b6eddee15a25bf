#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/text.hpp"
#include "files/handler.hpp"
#include "files/lookup/path_fault.hpp"
#include "files/lookup/root_check.hpp"
#include "files/options.hpp"
#include "site/builder.hpp"

/// The section [[static]]: a directory as a site.
namespace sluice::files {

namespace {

const config::SectionEntry section("static", true, "A directory whose files are served.",
                                   []() -> const std::vector<config::Field>& { return static_fields(); });

bool is_in_root(const StaticOptions& options, const std::string& name) {
  struct stat status{};
  return ::stat((*options.root + "/" + name).c_str(), &status) == 0;
}

/// The next deploy may give it other rights, so this is no error.
void check_readable(const StaticOptions& options, const std::string& name, config::Span span,
                    config::Diagnostics& diagnostics) {
  auto path = *options.root + "/" + name;
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0 || errno != EACCES) return;
  diagnostics.warning("unreadable-file", span, "the file `" + path + "` cannot be served").label =
      explain_path_fault(path, EACCES);
}

/// Files that the config names may come with the next deploy, so their absence is no error.
void check_named_files(const StaticOptions& options, const config::Value& table, config::Diagnostics& diagnostics) {
  auto check = [&](const std::string& name, config::Span span) {
    if (!is_in_root(options, name)) diagnostics.warning("missing-file", span, "there is no `" + name + "` in the root");
    check_readable(options, name, span, diagnostics);
  };
  for (const auto& name : options.index) check_readable(options, *name, options.root.span, diagnostics);
  if (options.not_found) check(**options.not_found, options.not_found->span);
  for (const auto& attempt : options.attempts) {
    if (!attempt->has_path) check(attempt->before, attempt.span);
  }
  if (!options.spa) return;
  const auto* given = table.find("spa");  // null where it is misspelt
  auto span = given ? given->span : table.span;
  bool there = std::ranges::any_of(options.index, [&](const auto& name) { return is_in_root(options, *name); });
  if (options.index.empty()) {
    diagnostics.error("spa-without-index", span, "`spa` answers with the index of the root, and `index` is empty");
  } else if (!there) {
    diagnostics.warning("missing-file", span,
                        "there is no `" + *options.index.front() + "` in the root, with which `spa` would answer");
  }
}

/// What each file says itself cannot be one text for all of them; `false` takes it away.
void check_headers(const config::Value* table, config::Diagnostics& diagnostics) {
  if (!table) return;
  for (const auto& header : table->members) {
    auto why = why_of_each_file(header.key);
    if (why.empty() || !header.value.is(config::Value::Kind::string)) continue;
    auto& error =
        diagnostics.error("reserved-header", header.key_span, "`" + header.key + "` cannot be set for all files");
    error.label = "the server writes it itself";
    error.help = why;
  }
}

/// Headers of the config go over those of the set for security.
std::vector<site::HeaderTemplate> all_headers(const StaticOptions& options, const config::Declaration& declaration,
                                              site::Builder& builder) {
  const auto* table = declaration.table.find("headers");
  check_headers(table, builder.reading().diagnostics);
  auto merged = builder.merged_headers(table);
  leave_to_files(merged, table, builder.reading().diagnostics);
  auto headers = security_headers(options.security_headers);
  for (const auto& own : merged) {
    std::erase_if(headers, [&](const auto& header) { return equals_ignoring_case(header.name, own.name); });
    headers.push_back(own);
  }
  for (const auto& setting : options.headers) {
    if (setting.value) continue;  // `false` takes one of the set away, too
    std::erase_if(headers, [&](const auto& header) { return equals_ignoring_case(header.name, setting.name); });
  }
  return headers;
}

/// A directory without anything in it is most often the wrong one.
void check_content(const config::Located<std::string>& root, config::Diagnostics& diagnostics) {
  std::error_code error;
  if (!std::filesystem::is_empty(*root, error) || error) return;
  diagnostics.warning("empty-root", root.span, "the root `" + *root + "` is empty").label =
      "every request is answered with 404";
}

/// Whether the table says which requests the directory serves. If not, it is compared with no other.
bool place_is_known(const config::Declaration& declaration, const StaticOptions& options) {
  const auto& table = declaration.table;
  bool has_default = !options.paths.empty() && !options.paths.front().span.known();
  return declaration.hosts_known && !(table.find("path") && has_default) &&
         config::is_read(table, "path", options.paths.size()) && config::is_read(table, "host", options.hosts.size());
}

/// Checks everything, whatever has been found wrong with some of it.
void build(const config::Declaration& declaration, site::Builder& builder) {
  auto& diagnostics = builder.reading().diagnostics;
  StaticOptions options;
  site::HookOptions hooks("static");
  config::read_parts(declaration.table, "[[static]]", hooks.parts_with({&static_fields(), &options}),
                     builder.reading());
  bool known = place_is_known(declaration, options);
  if (options.hosts.empty()) options.hosts = declaration.hosts;
  if (!options.root->empty() && check_root(options.root, diagnostics)) {
    check_content(options.root, diagnostics);
    check_named_files(options, declaration.table, diagnostics);
  }
  check_names(options, diagnostics);

  site::Endpoint endpoint;
  endpoint.section = "static";
  endpoint.summary = "static " + *options.root;
  endpoint.paths = options.paths;
  endpoint.hosts = options.hosts;
  endpoint.methods = {http::Method::get, http::Method::head};
  endpoint.mount = true;
  endpoint.access_log = options.access_log;
  endpoint.hooks = builder.hooks(&hooks);
  endpoint.parameters = builder.parameters_of(options.paths, {}, {});
  endpoint.where = declaration.table.span;
  auto scope = builder.scope_of(options.paths, endpoint.parameters);
  auto configured = all_headers(options, declaration, builder);
  endpoint.headers = builder.compiled(configured, scope);
  FileHeaders headers(configured, scope, diagnostics);
  for (const auto& setting : options.headers) {
    if (!setting.value) headers.leave_out(setting.name);
  }
  site::Compression compression(hooks.of(site::compression_fields),
                                builder.server_hooks().of(site::compression_fields));
  if (!diagnostics.failed()) {
    auto site = std::make_shared<const StaticSite>(to_settings(options, compression, std::move(headers)));
    if (diagnostics.for_another_process) propose_cache_rules(options.root, site->settings().cache, diagnostics);
    endpoint.handler = std::make_unique<StaticHandler>(std::move(site));
  }
  if (options.errors) endpoint.errors = std::make_shared<const site::ErrorBody>(std::move(*options.errors));
  if (known) builder.add(std::move(endpoint));
}

const site::SectionBuilder builder_entry("static", build);

}  // namespace

}  // namespace sluice::files
