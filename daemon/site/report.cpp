#include "site/report.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "base/escape.hpp"
#include "base/utf8.hpp"
#include "echo/section.hpp"
#include "http/target/path.hpp"
#include "http/target/target.hpp"
#include "site/routing/match.hpp"

namespace sluice::site {

namespace {

using Row = std::array<std::string, 5>;

std::string place(const config::Span& span, const config::Sources& sources) {
  if (!span.known() || span.file >= sources.size()) return "";
  return sources[span.file].path + ":" + std::to_string(span.line);
}

std::string methods_of(const Endpoint& endpoint) {
  auto methods = endpoint.methods;
  if (methods.has(http::Method::get) && endpoint.section != "websocket") methods.add(http::Method::head);
  return methods.allow();
}

std::size_t width_of(std::string_view text) { return count_code_points(text); }

std::string aligned(const std::vector<Row>& rows) {
  Row::size_type columns = std::tuple_size_v<Row>;
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) {
      if (widths[i] == 0) continue;
      line.append(row[i]).append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.append(line).append("\n");
  }
  return out;
}

/// " (on 127.0.0.1:9100 only)" for what is not on the listeners of the server.
std::string where_reached(const Endpoint& endpoint) {
  return endpoint.listen ? " (on " + std::string(endpoint.listener()) + " only)" : "";
}

std::string title(const Endpoint& endpoint, const config::Sources& sources) {
  std::string text = "[[" + endpoint.section + "]] ";
  for (std::size_t i = 0; i < endpoint.paths.size(); ++i) text.append(i ? ", " : "").append(*endpoint.paths[i]);
  auto where = place(endpoint.where, sources);
  return where.empty() ? text : text + "  (" + where + ")";
}

struct Question {
  http::Method method;
  std::string_view host;
  std::string_view path;
};

/// What a router that knows only this endpoint would say.
Routing::Kind ask_alone(const Site& site, const Endpoint& endpoint, const Question& question, std::string_view host) {
  config::Diagnostics unused;
  Arena arena;
  Router router(std::span(&endpoint, 1), site.server.trailing_slash, unused);
  return router.find(host, question.method, question.path, arena).kind;
}

std::string why_not(const Site& site, const Endpoint& endpoint, const Question& question) {
  if (endpoint.listen) return "is reached on " + std::string(endpoint.listener()) + " only";
  switch (ask_alone(site, endpoint, question, question.host)) {
    case Routing::Kind::found:
      return endpoint.mount
                 ? "would match too, but routes come before directories, and a longer path of a directory before a "
                   "shorter one"
                 : "would match too, but a literal segment comes before {parameter}, and that before {rest...}";
    case Routing::Kind::wrong_method: return "the path matches, the method does not: it serves " + methods_of(endpoint);
    case Routing::Kind::other_slash: return "the path differs in the slash at its end";
    case Routing::Kind::bad_path: return "the path is not percent-encoded UTF-8";
    case Routing::Kind::not_found: break;
  }
  if (!endpoint.hosts.empty()) {
    auto host = *endpoint.hosts.front();
    if (host.starts_with("*.")) host = "x" + host.substr(1);
    if (ask_alone(site, endpoint, question, host) == Routing::Kind::found)
      return (endpoint.hosts.size() == 1 ? "is for the host " : "is for the hosts ") + endpoint.host_names();
  }
  return "the path does not match";
}

std::string outcome_of(const Routing& routing, http::Method method) {
  switch (routing.kind) {
    case Routing::Kind::found: return "";
    case Routing::Kind::wrong_method:
      return (method == http::Method::options ? "204 No Content; Allow: " : "405 Method Not Allowed; Allow: ") +
             routing.allowed.allow();
    case Routing::Kind::other_slash: return "307 to " + std::string(routing.location);
    case Routing::Kind::not_found: return "404 Not Found";
    case Routing::Kind::bad_path: return "400 Bad Request: the path is not percent-encoded UTF-8";
  }
  return "";
}

void append_parameters(std::string& out, const Match& match) {
  Arena arena;
  const auto& declared = match.endpoint->parameters.path;
  for (std::size_t i = 0; i < declared.size() && i < match.path.size(); ++i) {
    if (!match.path[i].present) continue;
    out.append("    ").append(declared[i].name).append(" = ").append(json_string(match.path[i].text));
    templates::Value value;
    if (!convert(match.path[i].text, declared[i].type, arena, value)) out.append("  (422: not of its declared type)");
    out.append("\n");
  }
}

}  // namespace

std::string routes_table(const Site& site, const config::Sources& sources) {
  std::vector<Row> rows = {{"METHODS", "PATH", "HOST", "SERVES", "FROM"}};
  bool hosts =
      std::any_of(site.endpoints.begin(), site.endpoints.end(), [](const auto& e) { return !e.hosts.empty(); });
  if (!hosts) rows.front()[2].clear();
  for (const auto& endpoint : site.endpoints)
    for (const auto& path : endpoint.paths) {
      auto pattern = endpoint.mount ? (path->ends_with('/') ? *path : *path + "/") + "…" : *path;
      rows.push_back({methods_of(endpoint), pattern, endpoint.host_names(), endpoint.summary + where_reached(endpoint),
                      place(endpoint.where, sources)});
    }
  for (const auto& echo : site.parts.get<echo::Echoes>())
    rows.push_back({echo.listen->datagrams ? "UDP" : "TCP", echo.listen->endpoint.text, "", "echo",
                    place(echo.listen.span, sources)});
  return aligned(rows);
}

std::string explain_request(const Site& site, const config::Sources& sources, http::Method method,
                            std::string_view host, std::string_view target) {
  if (auto authority = http::parse_authority(host)) host = authority->host;
  Arena arena;
  Question question{method, host, http::without_dot_segments(target.substr(0, target.find('?')), arena)};
  auto routing = site.router.find(host, method, question.path, arena);
  std::string out;
  out.append(http::name(method)).append(" ").append(target).append("\n");
  const Endpoint* found = routing.kind == Routing::Kind::found ? routing.match.endpoint : nullptr;
  if (found) {
    out.append("  is served by ").append(title(*found, sources)).append(": ").append(found->summary).append("\n");
    append_parameters(out, routing.match);
    if (auto text = found->handler->explain(routing.match); !text.empty()) out.append("  ").append(text).append("\n");
  } else {
    out.append("  is answered with ").append(outcome_of(routing, method)).append("\n");
  }
  bool others = false;
  for (const auto& endpoint : site.endpoints) {
    if (&endpoint == found) continue;
    if (!others) out.append("\nwhy not the others:\n");
    others = true;
    out.append("  ")
        .append(title(endpoint, sources))
        .append("\n    ")
        .append(why_not(site, endpoint, question))
        .append("\n");
  }
  return out;
}

}  // namespace sluice::site
