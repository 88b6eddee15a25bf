#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "config/unknown.hpp"

/// The words of other servers, for people who come from there.
namespace sluice::config {
namespace {

struct Word {
  std::string_view foreign;  // in lower case, without `_` and `-`
  std::string_view advice;
};

constexpr std::string_view directory = "a directory is served by [[static]] with `path` and `root`";
constexpr std::string_view route = "write a [[route]] with `path`";
constexpr std::string_view host = "write `host` in a [[route]] or at the top of a file";
constexpr std::string_view listen = "write [server] listen = [\":8080\"]";
constexpr std::string_view redirect = "write a [[route]] with `redirect`";
constexpr std::string_view proxy = "Sluice answers by itself and does not pass requests on";
constexpr std::string_view access_log = "write [log.access]";
constexpr std::string_view workers = "write [server] workers";
constexpr std::string_view systemd = "the service manager decides that, not this file";
constexpr std::string_view types = "MIME types come from the system's /etc/mime.types";

constexpr std::array words = {
    // nginx
    Word{"accesslog", access_log},
    Word{"addheader", "write `headers`"},
    Word{"alias", directory},
    Word{"autoindex", directory},
    Word{"clientmaxbodysize", "write [server.limits] body_bytes"},
    Word{"daemon", systemd},
    Word{"defaulttype", types},
    Word{"errorlog", "write [log] level; errors go to standard error"},
    Word{"errorpage", "write `errors` in [server]"},
    Word{"events", "write [server]"},
    Word{"fastcgipass", proxy},
    Word{"http", "write [server]"},
    Word{"keepalivetimeout", "write [server.timeouts] keep_alive"},
    Word{"location", route},
    Word{"logformat", "write [log.access] format"},
    Word{"pid", systemd},
    Word{"proxypass", proxy},
    Word{"return", "write a [[route]] with `status`, `text` or `redirect`"},
    Word{"rewrite", redirect},
    Word{"root", directory},
    Word{"servername", host},
    Word{"tryfiles", "a [[static]] looks for the file by itself"},
    Word{"types", types},
    Word{"upstream", proxy},
    Word{"user", systemd},
    Word{"uwsgipass", proxy},
    Word{"workerconnections", "write [server.limits] connections"},
    Word{"workerprocesses", workers},
    // Apache
    Word{"customlog", access_log},
    Word{"directory", directory},
    Word{"directoryindex", directory},
    Word{"documentroot", directory},
    Word{"errordocument", "write `errors` in [server]"},
    Word{"loglevel", "write [log] level"},
    Word{"proxypassreverse", proxy},
    Word{"redirectmatch", redirect},
    Word{"rewriterule", redirect},
    Word{"serveralias", host},
    Word{"virtualhost", host},
    // Caddy and others
    Word{"bind", listen},
    Word{"fileserver", directory},
    Word{"handle", route},
    Word{"port", listen},
    Word{"publicdir", directory},
    Word{"redir", redirect},
    Word{"respond", "write a [[route]] with `text`"},
    Word{"reverseproxy", proxy},
    Word{"routers", route},
    Word{"threads", workers},
    Word{"vhost", host},
    Word{"webroot", directory},
    Word{"wwwroot", directory},
    Word{"ws", "write a [[websocket]] with `path`"},
};

}  // namespace

std::string_view advice_for_foreign_word(std::string_view word) {
  auto plain = to_lower(word);
  std::erase_if(plain, [](char c) { return c == '_' || c == '-'; });
  auto found = std::ranges::find(words, plain, &Word::foreign);
  return found == words.end() ? std::string_view{} : found->advice;
}

}  // namespace sluice::config
