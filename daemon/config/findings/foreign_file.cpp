#include "config/findings/foreign_file.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/toml/source.hpp"

namespace sluice::config {
namespace {

/// A key or header of a file of TOML, JSON, YAML or lighttpd's language, found without parsing.
struct Mention {
  std::string path;  // "redirects.from", in lower case; of JSON and YAML only the key itself
  std::size_t begin, end;
};

struct Product {
  std::string_view name;
  std::string_view file;
  bool json = false;                                                 // a JSON object, nothing else
  std::vector<std::string_view> sure;                                // one of them is enough
  std::vector<std::string_view> signs;                               // two are
  std::vector<std::pair<std::string_view, std::string_view>> words;  // its key, and what to write here
};

constexpr std::string_view no_proxy = "Sluice answers by itself and does not pass requests on";
constexpr std::string_view no_tls = "Sluice does not speak TLS: let a proxy in front of it do that";
constexpr std::string_view no_build = "Sluice serves what is built already";
constexpr std::string_view no_program = "Sluice runs no programs";
constexpr std::string_view no_auth = "Sluice does not ask who connects: let a proxy in front of it do that";
constexpr std::string_view by_itself = "Sluice compresses by itself";
constexpr std::string_view listen = "[server] listen = [\":8080\"]";
constexpr std::string_view root = "[[static]] root = \"DIRECTORY\"";
constexpr std::string_view redirect = "[[route]] with `path` and `redirect`";
constexpr std::string_view headers = "`headers` in [[static]], [[route]] or [server]";
constexpr std::string_view not_found = "`not_found` in [[static]]";
constexpr std::string_view access_log = "[log.access] to = \"FILE\"";
constexpr std::string_view level = "[log] level";
constexpr std::string_view listing = "`listing = true` in [[static]]";
constexpr std::string_view health = "[health]";
constexpr std::string_view metrics = "[metrics]";

const std::vector<Product>& products() {
  static const std::vector<Product> all = {
      {"Netlify",
       "netlify.toml",
       false,
       {"build.publish", "redirects.from", "headers.for"},
       {"build.command", "build", "context", "functions", "plugins", "edge_functions"},
       {{"build.publish", root},
        {"build.command", no_build},
        {"redirects", "[[route]] with `path` and `redirect`; for a rewrite to /index.html `spa = true` in [[static]]"},
        {"headers", headers},
        {"functions", no_program},
        {"edge_functions", no_program}}},
      {"fly.io",
       "fly.toml",
       false,
       {"http_service", "primary_region", "services.internal_port"},
       {"app", "services", "mounts", "statics", "vm"},
       {{"http_service.internal_port", listen},
        {"services.internal_port", listen},
        {"http_service.force_https", no_tls},
        {"http_service.concurrency", "[server.limits] connections"},
        {"statics", "[[static]] with `path` and `root`"},
        {"http_service.checks", health},
        {"metrics", metrics},
        {"build", no_build},
        {"env", "${env:NAME} reads variables of the environment"}}},
      {"Traefik",
       "traefik.toml",
       false,
       {"entrypoints", "http.routers", "http.services", "http.middlewares", "certificatesresolvers", "providers.docker",
        "providers.file"},
       {"providers", "routers", "accesslog", "api.dashboard"},
       {{"entrypoints", listen},
        {"http.routers", "[[route]] or [[static]] with `path` and `host`"},
        {"routers", "[[route]] or [[static]] with `path` and `host`"},
        {"http.services", no_proxy},
        {"services", no_proxy},
        {"http.middlewares", "`redirect` in a [[route]], `headers` where they are to be sent"},
        {"middlewares", "`redirect` in a [[route]], `headers` where they are to be sent"},
        {"certificatesresolvers", no_tls},
        {"tls", no_tls},
        {"accesslog", access_log},
        {"log.level", level},
        {"metrics", metrics},
        {"ping", health}}},
      {"Centrifugo",
       "config.json, config.toml",
       false,
       {"token_hmac_secret_key", "hmac_secret_key", "client.token", "channel.namespaces", "channel.without_namespace",
        "http_api", "uni_sse", "uni_websocket", "history_ttl"},
       {"namespaces", "allowed_origins", "api_key", "admin_password", "admin_secret", "presence", "history_size",
        "client.allowed_origins", "allow_subscribe_for_client", "join_leave"},
       {{"http_server", listen},
        {"port", listen},
        {"address", listen},
        {"client.allowed_origins", "`origins` in [[websocket]]"},
        {"allowed_origins", "`origins` in [[websocket]]"},
        {"namespaces", "`room` in [[websocket]]"},
        {"channel.namespaces", "`room` in [[websocket]]"},
        {"channel.without_namespace", "`room` in [[websocket]]"},
        {"history_size", "`history` in [[websocket]]"},
        {"join_leave", "`notices` in [[websocket]]"},
        {"uni_sse", "[[route]] with `events`"},
        {"api_key", "[[route]] with `publish`; a proxy in front of it decides who may"},
        {"http_api", "[[route]] with `publish`; a proxy in front of it decides who may"},
        {"token_hmac_secret_key", no_auth},
        {"hmac_secret_key", no_auth},
        {"client.token", no_auth},
        {"health", health},
        {"prometheus", metrics},
        {"log_level", level}}},
      {"static-web-server",
       "config.toml",
       false,
       {"advanced.virtual-hosts", "advanced.rewrites"},
       {"general", "general.host", "general.port", "general.root", "general.log-level", "general.cache-control-headers",
        "general.compression", "general.page404", "general.directory-listing", "advanced", "advanced.headers",
        "advanced.redirects"},
       {{"general.host", listen},
        {"general.port", listen},
        {"general.root", root},
        {"general.log-level", level},
        {"general.page404", not_found},
        {"general.cache-control-headers", "`cache` in [[static]]"},
        {"general.compression", by_itself},
        {"general.directory-listing", listing},
        {"general.security-headers", "`security_headers` in [[static]]"},
        {"general.cors-allow-origins", headers},
        {"general.index-files", "`index` in [[static]]"},
        {"general.health", health},
        {"general.http2", no_tls},
        {"advanced.headers", headers},
        {"advanced.redirects", redirect},
        {"advanced.rewrites", "`try` or `spa` in [[static]]"},
        {"advanced.virtual-hosts", "`host` in [[static]]"}}},
      {"lighttpd",
       "lighttpd.conf",
       false,
       {"server.document-root", "server.modules", "$http", "index-file.names", "mimetype.assign", "accesslog.filename",
        "url.redirect", "dir-listing.activate"},
       {"server.port", "server.errorlog", "server.bind", "server.username"},
       {{"server.document-root", root},
        {"server.port", listen},
        {"server.bind", listen},
        {"server.modules", "Sluice has everything built in"},
        {"server.username", "Sluice leaves that to the service manager"},
        {"server.errorlog", "[log] level; errors go to standard error"},
        {"server.error-handler-404", not_found},
        {"index-file.names", "`index` in [[static]]"},
        {"dir-listing.activate", listing},
        {"mimetype.assign", "`types` in [[static]]"},
        {"accesslog.filename", access_log},
        {"url.redirect", redirect},
        {"url.rewrite", "`try` in [[static]]"},
        {"setenv.add-response-header", headers},
        {"$http", "`host` in a table or at the top of a file"},
        {"proxy.server", no_proxy},
        {"fastcgi.server", no_program}}},
      {"Vercel",
       "vercel.json",
       true,
       {"cleanurls", "outputdirectory", "buildcommand"},
       {"rewrites", "redirects", "headers", "routes", "builds", "functions", "trailingslash", "framework", "regions",
        "crons", "$schema"},
       {{"outputdirectory", root},
        {"cleanurls", "`clean_urls = true` in [[static]]"},
        {"redirects", redirect},
        {"rewrites", "`spa = true` or `try` in [[static]]"},
        {"routes", "[[route]]"},
        {"headers", headers},
        {"trailingslash", "`trailing_slash` in [server]"},
        {"functions", no_program},
        {"buildcommand", no_build},
        {"builds", no_build}}},
  };
  return all;
}

constexpr std::size_t most_lines = 2000;
constexpr std::size_t most_words = 8;

/// The key with which a line begins: up to its `=`, `:`, `{` or `[`, without quotes.
std::string_view key_of(std::string_view line) {
  if (line.starts_with('"') || line.starts_with('\'')) {
    auto close = line.find(line.front(), 1);
    return close == std::string_view::npos ? std::string_view() : line.substr(1, close - 1);
  }
  return trim(line.substr(0, line.find_first_of("=:{[+ ")));
}

std::vector<Mention> mentions_in(std::string_view text) {
  std::vector<Mention> found;
  std::string header;
  std::size_t begin = 0;
  for (std::size_t lines = 0; begin < text.size() && lines < most_lines; ++lines) {
    auto end = std::min(text.find('\n', begin), text.size());
    auto line = trim(text.substr(begin, end - begin));
    begin = end + 1;
    while (line.starts_with('{') || line.starts_with("- ")) line = trim(line.substr(1));
    bool is_header = line.starts_with('[') && line.find(']') != std::string_view::npos;
    auto part = is_header ? line.substr(0, line.rfind(']') + 1) : key_of(line);
    if (line.starts_with('#') || line.starts_with("//") || part.empty()) continue;
    auto at = static_cast<std::size_t>(part.data() - text.data());
    if (is_header) {
      header = to_lower(part);
      std::erase_if(header, [](char c) { return c == '[' || c == ']' || c == '"'; });
    }
    auto key = is_header ? header : header.empty() ? to_lower(part) : header + "." + to_lower(part);
    found.push_back({std::move(key), at, at + part.size()});
  }
  return found;
}

const Mention* find_mention(const std::vector<Mention>& mentions, std::string_view key) {
  auto found = std::ranges::find_if(mentions, [&](const Mention& mention) {
    return mention.path == key || (mention.path.starts_with(key) && mention.path[key.size()] == '.');
  });
  return found == mentions.end() ? nullptr : &*found;
}

bool is_ours(const std::vector<Mention>& mentions, std::string_view text) {
  for (std::string_view header : {"[server]", "[[route]]", "[[static]]", "[[websocket]]", "[[echo]]"}) {
    auto found = std::ranges::find_if(mentions, [&](const Mention& mention) {
      return text.substr(mention.begin, mention.end - mention.begin) == header;
    });
    if (found != mentions.end()) return true;
  }
  return false;
}

std::size_t count(const std::vector<Mention>& mentions, const std::vector<std::string_view>& keys) {
  return static_cast<std::size_t>(
      std::ranges::count_if(keys, [&](std::string_view key) { return find_mention(mentions, key) != nullptr; }));
}

const Product* product_of(const std::vector<Mention>& mentions, bool json) {
  for (const auto& product : products()) {
    if (product.json && !json) continue;
    auto sure = count(mentions, product.sure);
    if (sure > 0 || count(mentions, product.signs) > 1) return &product;
  }
  return nullptr;
}

}  // namespace

bool report_foreign_file(std::uint16_t file, Diagnostics& diagnostics) {
  std::string_view text = diagnostics.sources[file].text;
  auto mentions = mentions_in(text);
  const auto* product = is_ours(mentions, text) ? nullptr : product_of(mentions, trim(text).starts_with('{'));
  if (!product) return false;
  auto span = [&](const Mention& mention) { return span_of(file, text, mention.begin, mention.end); };
  std::vector<std::pair<const Mention*, std::string_view>> words;
  for (const auto& [key, ours] : product->words) {
    const auto* mention = find_mention(mentions, key);
    bool told = std::ranges::any_of(words, [&](const auto& word) { return word.first == mention; });
    if (mention && !told) words.emplace_back(mention, ours);
  }
  std::ranges::sort(words, {}, [](const auto& word) { return word.first->begin; });
  words.resize(std::min(words.size(), most_words));

  const auto& first = words.empty() ? mentions.front() : *words.front().first;
  auto& finding = diagnostics.error(
      "foreign-file", span(first),
      "this is a file of " + std::string(product->name) + " (" + std::string(product->file) + "), not of Sluice");
  for (const auto& [mention, ours] : words) {
    auto label = (ours.starts_with("Sluice") ? "" : "in Sluice: ") + std::string(ours);
    if (mention == &first) {
      finding.label = std::move(label);
    } else {
      finding.notes.push_back({span(*mention), std::move(label)});
    }
  }
  finding.help = "`sluice init` writes a file to start from; `sluice explain` lists what it may contain";
  return true;
}

}  // namespace sluice::config
