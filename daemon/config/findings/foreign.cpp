#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "config/findings/unknown.hpp"

/// The words of other servers, for people who come from there.
namespace sluice::config {
namespace {

struct Word {
  std::string_view foreign;  // in lower case, without `_` and `-`
  std::string_view advice;
};

constexpr std::string_view directory = "a directory is served by [[static]] with `path` and `root`";
constexpr std::string_view route = "write a [[route]] with `path`";
constexpr std::string_view path = "write `path`";
constexpr std::string_view content = "write `text`, `html`, `json` or `file`";
constexpr std::string_view host = "write `host` in a [[route]] or at the top of a file";
constexpr std::string_view listen = "write [server] listen = [\":8080\"]";
constexpr std::string_view redirect = "write a [[route]] with `redirect`";
constexpr std::string_view proxy = "Sluice answers by itself and does not pass requests on";
constexpr std::string_view program = "Sluice runs no programs: it answers by itself";
constexpr std::string_view access_log = "write [log.access]";
constexpr std::string_view level = "write [log] level = \"debug\"";
constexpr std::string_view workers = "write [server] workers";
constexpr std::string_view timeouts = "write [server.timeouts]";
constexpr std::string_view keep_alive = "write [server.timeouts] keep_alive";
constexpr std::string_view body_bytes = "write [server.limits] body_bytes";
constexpr std::string_view errors = "write `errors` in [server]";
constexpr std::string_view headers = "write `headers`";
constexpr std::string_view cache = "write `cache` in [[static]]";
constexpr std::string_view systemd = "the service manager decides that, not this file";
constexpr std::string_view types =
    "MIME types come from the system's /etc/mime.types; `types` in [[static]] adds to them";
constexpr std::string_view tls = "Sluice does not speak TLS: let a proxy in front of it do that";
constexpr std::string_view versions = "Sluice speaks HTTP/1.1: let a proxy in front of it speak the others";
constexpr std::string_view compression =
    "text is compressed by default; `compress = false` in [server], [[route]] or [[static]] turns that off";
constexpr std::string_view compression_size = "write `compress_min_size` in [server], [[route]] or [[static]]";
constexpr std::string_view compression_types = "text, code and the like are compressed, by their Content-Type";
constexpr std::string_view by_itself = "Sluice does this by itself";
constexpr std::string_view log_in = "Sluice has no log-in: let a proxy in front of it do that";
constexpr std::string_view rate = "Sluice does not limit requests: let a proxy in front of it do that";
constexpr std::string_view addresses = "write `allow` and `deny`, in [server], [[route]], [[static]] or [[websocket]]";
constexpr std::string_view proxies = "write [server] trusted_proxies, for example [\"127.0.0.1\"]";
constexpr std::string_view cors = "set the Access-Control-… fields with `headers`";
constexpr std::string_view save = "write a [[route]] with method = \"PUT\" and save = \"uploads/{name}\"";
constexpr std::string_view dav =
    "write a [[route]] with method = \"PUT\" and save = \"uploads/{name}\"; Sluice does not support the other WebDAV methods";
constexpr std::string_view websocket = "write a [[websocket]] with `path`";
constexpr std::string_view data = "Sluice reads no databases: it answers with texts and files";

constexpr std::array words = {
    // nginx
    Word{"accesslog", access_log},
    Word{"addheader", headers},
    Word{"alias", directory},
    Word{"allow", addresses},
    Word{"authbasic", log_in},
    Word{"autoindex", "write `listing = true` in a [[static]]"},
    Word{"clientbodytemppath", "Sluice writes an upload directly to its folder; see `save` of [[route]]"},
    Word{"clientbodytimeout", "write [server.timeouts] body_idle"},
    Word{"clientheadertimeout", "write [server.timeouts] header"},
    Word{"clientmaxbodysize", body_bytes},
    Word{"createfullputpath", by_itself},
    Word{"daemon", systemd},
    Word{"davmethods", dav},
    Word{"defaulttype", types},
    Word{"deny", addresses},
    Word{"errorlog", "write [log] level; errors go to standard error"},
    Word{"errorpage", "write `not_found` in a [[static]], `errors` for other bodies"},
    Word{"events", "write [server]"},
    Word{"expires", cache},
    Word{"fastcgipass", program},
    Word{"gzip", compression},
    Word{"gzipcomplevel", by_itself},
    Word{"gzipminlength", compression_size},
    Word{"gzipproxied", compression},
    Word{"gzipstatic", compression},
    Word{"gziptypes", compression_types},
    Word{"gzipvary", by_itself},
    Word{"http", "write [server]"},
    Word{"http2", versions},
    Word{"keepalivetimeout", keep_alive},
    Word{"limitconn", "write [server.limits] connections_per_ip"},
    Word{"limitreq", rate},
    Word{"location", route},
    Word{"logformat", "write [log.access] format"},
    Word{"pid", "write [server] pid_file"},
    Word{"proxypass", proxy},
    Word{"proxyprotocol", proxies},
    Word{"realipheader", proxies},
    Word{"realiprecursive", by_itself},
    Word{"return", "write a [[route]] with `status`, `text` or `redirect`"},
    Word{"rewrite", redirect},
    Word{"root", directory},
    Word{"satisfy", addresses},
    Word{"sendfile", by_itself},
    Word{"servername", host},
    Word{"setrealipfrom", proxies},
    Word{"ssl", tls},
    Word{"sslcertificate", tls},
    Word{"sslcertificatekey", tls},
    Word{"sslprotocols", tls},
    Word{"tcpnodelay", by_itself},
    Word{"tcpnopush", by_itself},
    Word{"tryfiles", "a [[static]] looks for the file by itself, and `try` says where else"},
    Word{"types", types},
    Word{"upstream", proxy},
    Word{"user", systemd},
    Word{"uwsgipass", program},
    Word{"workerconnections", "write [server.limits] connections"},
    Word{"workerprocesses", workers},
    // Apache
    Word{"customlog", access_log},
    Word{"directory", directory},
    Word{"directoryindex", "write `index` in a [[static]]"},
    Word{"documentroot", directory},
    Word{"errordocument", errors},
    Word{"keepalive", keep_alive},
    Word{"loglevel", "write [log] level"},
    Word{"proxypassreverse", proxy},
    Word{"redirectmatch", redirect},
    Word{"remoteipheader", proxies},
    Word{"remoteipinternalproxy", proxies},
    Word{"remoteipproxyprotocol", proxies},
    Word{"remoteiptrustedproxy", proxies},
    Word{"require", addresses},
    Word{"rewriterule", redirect},
    Word{"serveralias", host},
    Word{"sslengine", tls},
    Word{"virtualhost", host},
    // Caddy and others
    Word{"acceptproxy", proxies},
    Word{"acme", tls},
    Word{"addr", listen},
    Word{"address", listen},
    Word{"allowlist", addresses},
    Word{"auth", log_in},
    Word{"basicauth", log_in},
    Word{"behindproxy", proxies},
    Word{"bind", listen},
    Word{"blocklist", addresses},
    Word{"brotli", compression},
    Word{"browse", "write `listing = true` in a [[static]]"},
    Word{"cachecontrol", cache},
    Word{"cert", tls},
    Word{"certfile", tls},
    Word{"certificate", tls},
    Word{"code", "write `status`"},
    Word{"compressresponse", compression},
    Word{"compression", compression},
    Word{"content", content},
    Word{"cors", cors},
    Word{"database", data},
    Word{"debug", level},
    Word{"destination", redirect},
    Word{"dir", directory},
    Word{"domain", host},
    Word{"domains", host},
    Word{"encode", compression},
    Word{"dotfiles", "write `hidden = true` in a [[static]]"},
    Word{"endpoint", route},
    Word{"fallback", "write `spa = true` or `try` in a [[static]]"},
    Word{"fileserver", directory},
    Word{"folder", directory},
    Word{"followsymlinks", "write `symlinks = \"follow\"` in a [[static]]"},
    Word{"forwardedallowips", proxies},
    Word{"forwardedheaders", proxies},
    Word{"forwardfor", proxies},
    Word{"gzipmiddleware", compression},
    Word{"handle", route},
    Word{"header", headers},
    Word{"hostname", host},
    Word{"hosts", host},
    Word{"http3", versions},
    Word{"https", tls},
    Word{"ipallowlist", addresses},
    Word{"ipwhitelist", addresses},
    Word{"keyfile", tls},
    Word{"logfile", access_log},
    Word{"logging", "write [log]"},
    Word{"maxbodysize", body_bytes},
    Word{"mime", types},
    Word{"mimetypes", types},
    Word{"minimumsize", compression_size},
    Word{"pattern", path},
    Word{"php", program},
    Word{"port", listen},
    Word{"prefix", path},
    Word{"proxiescount", proxies},
    Word{"proxy", proxy},
    Word{"proxyallowips", proxies},
    Word{"proxyheaders", proxies},
    Word{"publicdir", directory},
    Word{"ratelimit", rate},
    Word{"realip", proxies},
    Word{"redir", redirect},
    Word{"remoteip", addresses},
    Word{"respond", "write a [[route]] with `text`"},
    Word{"response", content},
    Word{"reverseproxy", proxy},
    Word{"routers", route},
    Word{"sql", data},
    Word{"statuscode", "write `status`"},
    Word{"threads", workers},
    Word{"timeout", timeouts},
    Word{"tls", tls},
    Word{"trustproxy", proxies},
    Word{"trustedips", proxies},
    Word{"trustedproxy", proxies},
    Word{"upload", save},
    Word{"uploaddir", save},
    Word{"uploadfile", save},
    Word{"uploadpath", save},
    Word{"uploads", save},
    Word{"uri", path},
    Word{"url", path},
    Word{"verb", "write `method`"},
    Word{"verbose", level},
    Word{"vhost", host},
    Word{"webdav", dav},
    Word{"webroot", directory},
    Word{"websockets", websocket},
    Word{"wwwroot", directory},
    Word{"ws", websocket},
    Word{"whitelist", addresses},
    Word{"wsgi", program},
    Word{"xforwardedfor", proxies},
    Word{"xheaders", proxies},
    Word{"zstd", compression},
};

struct LocalWord {
  std::string_view table;    // "log.access"
  std::string_view foreign;  // in lower case, without `_` and `-`
  Advice advice;
};

/// Words that mean something else in one table than elsewhere, or anything at all only there.
constexpr Advice mount{"write `path`: where in the URLs the files are", "path"};
constexpr Advice folder{"write `root`: the directory that holds the files", "root"};
constexpr Advice lifetime{"write `cache`, for example cache = { \"*.pdf\" = \"1d\" }", "cache"};
constexpr Advice unasked{by_itself, {}};
constexpr Advice checks{"write `live` and `ready`, the paths of its two answers", {}};
constexpr Advice answer{"write `reply`, which answers each message; `greeting` is sent when the WebSocket opens", {}};
constexpr Advice rooms{"write `room`", "room"};
constexpr Advice log_file{"write [log.access] to", {}};
constexpr Advice log_target{"write `to`", "to"};
constexpr Advice place{"write `listen`", "listen"};

constexpr std::array local_words = {
    LocalWord{"static", "acceptranges", unasked},
    LocalWord{"static", "alias", folder},
    LocalWord{"static", "at", mount},
    LocalWord{"static", "basepath", mount},
    LocalWord{"static", "baseurl", mount},
    LocalWord{"static", "cachecontrol", lifetime},
    LocalWord{"static",
              "charset",
              {"text is UTF-8 unless `types` says otherwise: { txt = \"text/plain; charset=iso-8859-1\" }", {}}},
    LocalWord{"static", "dir", folder},
    LocalWord{"static", "directory", folder},
    LocalWord{"static", "docroot", folder},
    LocalWord{"static", "documentroot", folder},
    LocalWord{"static", "etag", unasked},
    LocalWord{"static", "expires", lifetime},
    LocalWord{"static", "files", folder},
    LocalWord{"static", "folder", folder},
    LocalWord{"static", "from", folder},
    LocalWord{
        "static", "immutable", {"write `cache`, for example cache = { \"/assets/**\" = \"immutable\" }", "cache"}},
    LocalWord{"static", "lastmodified", unasked},
    LocalWord{"static", "location", mount},
    LocalWord{"static", "maxage", lifetime},
    LocalWord{"static", "mount", mount},
    LocalWord{"static", "mountpath", mount},
    LocalWord{"static", "mountpoint", mount},
    LocalWord{"static", "nosniff", unasked},
    LocalWord{"static", "prefix", mount},
    LocalWord{"static", "public", folder},
    LocalWord{"static", "publicdir", folder},
    LocalWord{"static", "publicpath", mount},
    LocalWord{"static", "route", mount},
    LocalWord{"static", "serve", folder},
    LocalWord{"static", "source", folder},
    LocalWord{"static", "src", folder},
    LocalWord{"static", "stripprefix", {"what `path` says is taken off before the file is looked for", {}}},
    LocalWord{"static", "trailingslash", {"a directory without its slash is redirected to the one with it", {}}},
    LocalWord{"static", "ttl", lifetime},
    LocalWord{"static", "uri", mount},
    LocalWord{"static", "url", mount},
    LocalWord{"static", "webroot", folder},
    LocalWord{"static", "wwwroot", folder},
    LocalWord{"", "accesslog", log_file},
    LocalWord{"echo", "address", place},
    LocalWord{"echo", "port", place},
    LocalWord{"health", "endpoint", checks},
    LocalWord{"health", "path", checks},
    LocalWord{"health", "uri", checks},
    LocalWord{"health", "url", checks},
    LocalWord{"log", "access", log_file},
    LocalWord{"log", "accesslog", log_file},
    LocalWord{"log", "file", log_file},
    LocalWord{"log", "output", log_file},
    LocalWord{"log", "path", log_file},
    LocalWord{"log", "to", log_file},
    LocalWord{"log.access", "file", log_target},
    LocalWord{"log.access", "output", log_target},
    LocalWord{"log.access", "path", log_target},
    LocalWord{"server", "accesslog", log_file},
    LocalWord{"server", "address", place},
    LocalWord{"server", "bind", place},
    LocalWord{"server",
              "host",
              {"for the address write `listen`, for a virtual host `host` at the top of a file or in a [[route]]", {}}},
    LocalWord{"server", "port", {"write `listen`, for example listen = \":8080\"", {}}},
    LocalWord{"websocket", "body", answer},
    LocalWord{"websocket", "channel", rooms},
    LocalWord{"websocket", "html", answer},
    LocalWord{"websocket", "message", answer},
    LocalWord{"websocket", "onmessage", answer},
    LocalWord{"websocket", "response", answer},
    LocalWord{"websocket", "text", answer},
    LocalWord{"websocket", "topic", rooms},
};

std::string plain(std::string_view word) {
  auto out = to_lower(word);
  std::erase_if(out, [](char c) { return c == '_' || c == '-'; });
  return out;
}

}  // namespace

std::string_view advice_for_foreign_word(std::string_view word) {
  auto found = std::ranges::find(words, plain(word), &Word::foreign);
  return found == words.end() ? std::string_view{} : found->advice;
}

Advice advice_for_foreign_word(std::string_view word, std::string_view table) {
  auto found = std::ranges::find_if(
      local_words, [&](const LocalWord& known) { return known.table == table && known.foreign == plain(word); });
  return found == local_words.end() ? Advice{} : found->advice;
}

}  // namespace sluice::config
