#include "site/site.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "site/line_values.hpp"
#include "site/routing/match.hpp"
#include "site/settings/listeners.hpp"
#include "site/statistics.hpp"

namespace sluice::site {

namespace {

using config::Document;

/// Reads a plain table; absent, it has its defaults.
void read_section(const Document& document, const char* name, const std::vector<config::Part>& parts,
                  config::Reading& reading) {
  config::Value absent;
  absent.kind = config::Value::Kind::table;
  auto* declarations = document.find(name);
  const auto& table = declarations && !declarations->empty() ? declarations->front().table : absent;
  config::read_parts(table, "[" + std::string(name) + "]", parts, reading);
}

/// Gives the endpoints the numbers of their counters.
void number_endpoints(Site& site) {
  auto asked_for = [](const Endpoint& endpoint) {
    return endpoint.section == "metrics" || endpoint.section == "status";
  };
  site.counted = std::ranges::any_of(site.endpoints, asked_for);
  if (!site.counted) return;
  for (auto& endpoint : site.endpoints)
    if (!endpoint.paths.empty())
      endpoint.number =
          route_number(std::string(endpoint.listener()) + endpoint.host_names() + endpoint.paths.front().value);
}

void compile_lines(Site& site, config::Diagnostics& diagnostics) {
  for (const auto& line : site.server.banner)
    site.banner.push_back(templates::Template::compile(line, banner_scope(), templates::Escape::none, diagnostics));
  if (site.log.request)
    site.request_line =
        templates::Template::compile(*site.log.request, request_scope(), templates::Escape::none, diagnostics);
  const auto& access = site.log.access.format;
  if (access.format != AccessFormat::custom) return;
  auto scope = access_scope();
  site.access_line = templates::Template::compile(access.text, scope, templates::Escape::quoted, diagnostics);
  site.logs_bodies = (scope.used() & RequestTrait::body) != 0;
}

/// A folder that is missing, or that this process may not write to, would end the start. Only a warning: whoever checks
/// may be another user than the one who serves, and the service manager may make the folder.
void check_access_log(const Document& document, const std::string& to, config::Diagnostics& diagnostics) {
  const auto* log = document.find("log");
  const auto* access = log ? log->front().table.find("access") : nullptr;
  const auto* value = access ? access->find("to") : nullptr;
  if (!value || !to.starts_with('/')) return;  // "off", "stdout"
  bool exists = ::access(to.c_str(), F_OK) == 0;
  auto folder = to.substr(0, std::max<std::size_t>(to.rfind('/'), 1));
  const auto& place = exists ? to : folder;
  if (::access(place.c_str(), exists ? W_OK : W_OK | X_OK) == 0) return;
  diagnostics.warning("access-log", value->span, "the access log cannot be written").label =
      errno == ENOENT ? "there is no folder `" + folder + "`" : "`" + place + "`: " + std::strerror(errno);
}

/// An editor may have emptied the file and not written it yet, or the disk may have been full.
void check_content(const Document& document, config::Diagnostics& diagnostics) {
  if (!document.parts.empty() || diagnostics.failed() || diagnostics.sources.size() != 1) return;
  auto& error = diagnostics.error("empty-config", {0, 1, 1, 1, 2}, "this config is empty");
  error.label = "it has no section";
  error.help = "`sluice init` writes a file to start from";
}

/// A file may serve nothing by mistake: the wrong one, or one whose routes stand in another.
void check_serves(const Site& site, config::Diagnostics& diagnostics) {
  if (site.serves() || diagnostics.sources.empty()) return;
  auto& warning = diagnostics.warning("nothing-served", {0, 1, 1, 1, 2}, "this config serves nothing");
  warning.label = "every request is answered with 404";
  warning.help = "add a [[route]], [[static]], [[websocket]] or [[echo]]; `sluice init` writes a file to start from";
}

std::shared_ptr<const Site> build(const Document& document, config::Diagnostics& diagnostics) {
  config::Reading reading{diagnostics};
  auto site = std::make_shared<Site>();
  check_content(document, diagnostics);
  site->files = document.files;
  site->blank = document.blank;
  for (const auto& source : diagnostics.sources)
    site->includes.insert(site->includes.end(), source.includes.begin(), source.includes.end());
  HookOptions server_hooks("server");
  read_section(document, "server", server_hooks.parts_with({&server_fields(), &site->server}), reading);
  read_section(document, "log", {{&log_fields(), &site->log}}, reading);
  compile_lines(*site, diagnostics);

  Builder builder(reading);
  builder.set_server_hooks(std::move(server_hooks));
  site->hooks = builder.hooks();
  if (site->server.headers) builder.set_headers(*site->server.headers);
  if (site->server.headers) {
    config::Diagnostics told_elsewhere;  // every endpoint compiles these headers too, and reports what is wrong
    told_elsewhere.sources = diagnostics.sources;
    site->common_fields = ResponseFields({}, builder.merged_headers(nullptr), request_scope(), told_elsewhere);
  }
  for (const auto& part : document.parts) {
    auto found = section_builders().find(part.section);
    if (found == section_builders().end()) continue;
    for (const auto& declaration : part.declarations) found->second(declaration, builder);
  }
  site->endpoints = std::move(builder.endpoints());
  auto& echoes = site->parts.make<echo::Echoes>();
  echoes = echo::read_echoes(document, reading);
  auto own = find_own_listeners(site->endpoints);
  settle_listeners(site->server.listen, own, echoes, diagnostics);
  site->router = Router(site->endpoints, site->server.trailing_slash, diagnostics);
  for (auto& listen : own) {
    Router router(site->endpoints, site->server.trailing_slash, diagnostics, listen->text);
    site->own_listeners.push_back({std::move(listen), std::move(router)});
  }
  check_access_log(document, site->log.access.to, diagnostics);
  if (diagnostics.failed()) return nullptr;
  check_serves(*site, diagnostics);
  number_endpoints(*site);
  return site;
}

}  // namespace

bool Site::serves() const { return !endpoints.empty() || !parts.get<echo::Echoes>().empty(); }

const Router& Site::router_of(std::string_view listener) const {
  static const Router nothing;
  if (listener.empty()) return router;
  auto found = std::ranges::find_if(own_listeners, [&](const auto& own) { return own.listen->text == listener; });
  return found == own_listeners.end() ? nothing : found->router;
}

std::shared_ptr<const Site> load(const std::string& file, config::Diagnostics& diagnostics) {
  return build(config::load(file, diagnostics), diagnostics);
}

std::shared_ptr<const Site> load_text(const std::string& name, const std::string& text,
                                      config::Diagnostics& diagnostics) {
  return build(config::load_text(name, text, diagnostics), diagnostics);
}

const ErrorBody& errors_of(const http::Exchange& exchange) {
  const auto* match = static_cast<const Match*>(exchange.matched);
  const auto* own = match && match->endpoint ? match->endpoint->errors.get() : nullptr;
  return own ? *own : site_of(exchange).server.errors;
}

void respond_error(http::Exchange& exchange, http::Status status, std::string_view detail) {
  auto response = make_error_response(exchange, status, detail, errors_of(exchange));
  site_of(exchange).common_fields.apply(exchange, response);
  exchange.respond(std::move(response));
}

}  // namespace sluice::site
