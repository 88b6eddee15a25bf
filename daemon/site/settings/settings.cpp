#include "site/settings/settings.hpp"

#include <map>

#include "site/settings/headers.hpp"
#include "site/settings/listeners.hpp"

namespace sluice::site {

namespace {

using namespace std::chrono_literals;
using config::field;
using config::Fields;

config::Type<std::int64_t> worker_count() {
  auto automatic = config::one_of<std::int64_t>({{"auto", 0}});
  return config::either({config::Value::Kind::string}, automatic, config::integer(1, 256));
}

/// A file name, or one of the words that are none.
config::Type<std::string> access_log_target() {
  auto name = config::non_empty_string();
  auto file = config::path(config::PathUse::write);
  config::Type<std::string> type;
  type.info = name.info;
  type.info.name = "\"off\", \"stdout\" or a file name";
  type.read = [name, file](const config::Value& value, config::Reading& reading) -> std::optional<std::string> {
    auto text = name.read(value, reading);
    if (!text || *text == "off" || *text == "stdout") return text;
    return file.read(value, reading);
  };
  return type;
}

config::Type<AccessLine> access_line() {
  auto text = config::non_empty_string();
  config::Type<AccessLine> type;
  type.info = text.info;
  type.info.name = "\"combined\", \"common\", \"json\" or a template";
  type.read = [text](const config::Value& value, config::Reading& reading) -> std::optional<AccessLine> {
    static const std::map<std::string, AccessFormat, std::less<>> names = {
        {"combined", AccessFormat::combined}, {"common", AccessFormat::common}, {"json", AccessFormat::json}};
    auto read = text.read(value, reading);
    if (!read) return std::nullopt;
    if (auto named = names.find(*read); named != names.end()) return AccessLine{named->second, {}};
    if (read->find('{') != std::string::npos) return AccessLine{AccessFormat::custom, {*read, value.span}};
    auto& finding = reading.diagnostics.error("bad-word", value.span, reading.subject + " cannot be \"" + *read + "\"");
    auto meant = config::nearest(*read, {"combined", "common", "json"});
    if (!meant.empty()) finding.label = "did you mean \"" + std::string(meant) + "\"?";
    finding.help = "one of: combined, common, json, or a template: \"{remote.ip} {method} {path} {status} {duration}\"";
    return std::nullopt;
  };
  return type;
}

/// Checked like the headers of a route, but kept as it is: the builder merges it with those of hosts and routes.
config::Type<config::Value> header_table() {
  auto settings = header_settings();
  return {settings.info,
          [settings](const config::Value& value, config::Reading& reading) -> std::optional<config::Value> {
            if (!settings.read(value, reading)) return std::nullopt;
            return value;
          }};
}

const Fields<Limits>& limits_fields() {
  static const Fields<Limits> fields = {
      field("header_bytes", &Limits::header_bytes, config::size(1_KiB, 1_MiB))
          .otherwise("\"16KiB\"")
          .doc("Largest request head, request line included. A larger one is answered with 431."),
      field("header_count", &Limits::header_count, config::integer(8, 10'000))
          .otherwise("100")
          .doc("Most field lines in a request head. More are answered with 431."),
      field("uri_bytes", &Limits::uri_bytes, config::size(64_B, 64_KiB))
          .otherwise("\"8KiB\"")
          .doc("Longest request target. A longer one is answered with 414."),
      field("body_bytes", &Limits::body_bytes, config::size(0_B, 4_GiB))
          .otherwise("\"1MiB\"")
          .doc("Largest request body, unless a route sets `body_limit`. A larger one is answered with 413."),
      field("connections", &Limits::connections, config::integer(1, 10'000'000))
          .otherwise("100000")
          .doc("Most connections at once. Further ones wait in the kernel's queue until others have gone. "
               "Never more than the descriptors of the process allow (RLIMIT_NOFILE)."),
      field("connections_per_ip", &Limits::connections_per_ip, config::integer(0, 10'000'000))
          .doc("Most connections of one address at once, over all workers; an IPv6 client is its /64. Further ones are "
               "answered with 503 and closed. 0: no limit. Without it a public address has at most 1024, and loopback "
               "and private addresses, from which a proxy may bring the connections of many clients, have no limit. "
               "`trusted_proxies` have none in any case.")
          .example("100"),
      field("keep_alive_requests", &Limits::keep_alive_requests, config::integer(0, 1'000'000'000))
          .otherwise("10000")
          .doc("Most requests on one connection; the last one is answered with `Connection: close`. 0: no limit."),
      field("body_rate", &Limits::body_rate, config::size(0_B, 1_GiB))
          .otherwise("\"100B\"")
          .doc("Least bytes a second of a request body, averaged over `timeouts.body_idle`; a slower one is answered "
               "with 408. 0: any rate."),
      field("memory", &Limits::memory, config::size(0_B, 1024_GiB))
          .otherwise("\"0B\"")
          .doc("Most memory that the process should use. From four fifths of it on, cached files and the history of "
               "empty rooms are dropped, and every response ends its connection. When all of it is used, new "
               "connections are answered with 503; only `[health]` answers as usual. 0: no limit.")
          .example("\"2GiB\""),
      field("file_cache", &Limits::file_cache, config::size(0_B, 1024_GiB))
          .otherwise("\"128MiB\"")
          .doc("Memory for requested files of static sites and their compressed forms, for all workers together. The "
               "least recently requested files are dropped first. Compressed forms that slow clients have not taken "
               "yet may take as much again. 0: nothing is kept.")
          .example("\"1GiB\""),
      field("room_history", &Limits::room_history, config::size(1_MiB, 1024_GiB))
          .otherwise("\"128MiB\"")
          .doc("Memory for the histories of all rooms together. When they take more, rooms without members are "
               "forgotten, those that take the most first; then the oldest messages of the largest histories.")
          .example("\"32MiB\""),
  };
  return fields;
}

const Fields<Timeouts>& timeouts_fields() {
  static const Fields<Timeouts> fields = {
      field("header", &Timeouts::header, config::duration(1s, 1h))
          .otherwise("\"10s\"")
          .doc("Time from the first byte of a request head to its end; then 408. Also the wait for the first request."),
      field("body_idle", &Timeouts::body_idle, config::duration(1s, 1h))
          .otherwise("\"30s\"")
          .doc("Longest pause between two pieces of a request body; then 408."),
      field("write_idle", &Timeouts::write_idle, config::duration(1s, 24h))
          .otherwise("\"60s\"")
          .doc("A client that reads nothing of its response for this long is disconnected."),
      field("file_system", &Timeouts::file_system, config::duration(0s, 24h))
          .otherwise("\"30s\"")
          .doc("How long a file system may take with one step of a request: a look-up, a small file, a MiB of a large "
               "one. After that, because a network is down or a disk fails, the client gets 503, or is disconnected in "
               "the middle of a file. A client that waits this long for a compressed form gets the plain one. 0s: no "
               "limit."),
      field("keep_alive", &Timeouts::keep_alive, config::duration(1s, 24h))
          .otherwise("\"75s\"")
          .doc("How long a connection may stay idle between two requests."),
      field("response", &Timeouts::response, config::duration(0s, 24h))
          .otherwise("\"2m\"")
          .doc(
              "Longest time from the end of a request to its response, in addition to `delay`; then the client gets 503. "
              "0s: no limit."),
  };
  return fields;
}

const Fields<AccessLogOptions>& access_fields() {
  static const Fields<AccessLogOptions> fields = {
      field("to", &AccessLogOptions::to, access_log_target())
          .otherwise("\"off\"")
          .doc("Where one line for each response goes: nowhere, standard output, or a file (appended to; opened anew "
               "on SIGUSR1, "
               "SIGHUP, and when it was moved away). Lines wait up to a second in a buffer of 1 MiB for each worker; "
               "what does "
               "not fit because the disk or the reader is slow is dropped, counted and reported.")
          .example("\"/var/log/sluice/access.log\""),
      field("format", &AccessLogOptions::format, access_line())
          .otherwise("\"combined\"")
          .doc("`combined` is the format that log analysers know from Apache and nginx, `common` the same without "
               "referrer and "
               "user agent; `json` has one object a line. Anything with braces is a template: the placeholders of a "
               "request, "
               "and `{status}`, `{bytes}` of the body that were sent, `{duration}` in seconds until then, `{aborted}` "
               "(`true` or `false`), `{target}`, `{version}`. Values are escaped as in `combined`: put those that may "
               "have spaces between quotes. A response that was not sent to its end, because the client left, has the "
               "status 499.")
          .example("\"{now} {remote.ip} {method} {target} {status} {duration}\""),
  };
  return fields;
}

config::Type<LogLevel> log_level() {
  return config::one_of<LogLevel>({{"debug", LogLevel::debug},
                                   {"info", LogLevel::info},
                                   {"warning", LogLevel::warning},
                                   {"error", LogLevel::error},
                                   {"off", LogLevel::off}});
}

const config::SectionEntry server_section("server", false, "The daemon as a whole: addresses, workers, limits.",
                                          [] -> const std::vector<config::Field>& { return server_fields(); });
const config::SectionEntry log_section("log", false, "What is logged, and where.",
                                       [] -> const std::vector<config::Field>& { return log_fields(); });

}  // namespace

const Fields<ServerOptions>& server_fields() {
  static const Fields<ServerOptions> fields = {
      field("listen", &ServerOptions::listen, config::one_or_more(listen_address()))
          .otherwise("[\"127.0.0.1:8080\"]")
          .doc("Addresses to serve HTTP and WebSocket on. `:8080` means every address of the machine; port 0 lets the "
               "kernel choose. `systemd:NAME` is the socket that systemd passes under this name (FileDescriptorName=); "
               "one that it passes with a matching address is taken, too. A table gives a Unix socket its mode and "
               "group; its path starts at the folder of this file.")
          .example("[\":80\", \"unix:/run/sluice/sluice.sock\"]"),
      field("workers", &ServerOptions::workers, worker_count())
          .otherwise("\"auto\"")
          .doc("Event loops, each a thread with connections of its own. `auto`: one for each CPU. A change takes "
               "effect at the next start.")
          .example("4"),
      field("shutdown_timeout", &ServerOptions::shutdown_timeout, config::duration(0s, 1h))
          .otherwise("\"30s\"")
          .doc("How long requests in flight may take to finish after SIGTERM or SIGINT."),
      field("limits", &ServerOptions::limits, config::table(limits_fields())).doc("What one client may cost."),
      field("timeouts", &ServerOptions::timeouts, config::table(timeouts_fields())).doc("How long each wait may take."),
      field("headers", &ServerOptions::headers, header_table())
          .doc("Response headers for everything that is served; a route's own come after and may remove them with "
               "`false`.")
          .example("{ X-Frame-Options = \"DENY\" }"),
      field("errors", &ServerOptions::errors, error_body())
          .otherwise("\"auto\"")
          .doc(
              "The form of error bodies. `auto`: a small page for browsers, problem+json (RFC 9457) for other clients; "
              "`problem`, `detail` (as FastAPI), `text`, `html`; or a table, which becomes the JSON body.")
          .example("{ status = \"{status}\", message = \"{reason}\" }"),
      field("trailing_slash", &ServerOptions::trailing_slash, trailing_slash())
          .otherwise("\"redirect\"")
          .doc("What becomes of `/notes/` where the route is `/notes`, or the reverse: `redirect` (307), `ignore` "
               "(both are "
               "the same) or `strict` (404)."),
      field("trusted_proxies", &ServerOptions::trusted_proxies, network_list())
          .doc("Addresses of the proxies in front of this server that tell it who the client is. Only from these, "
               "the server accepts Forwarded, or else X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host, and "
               "the PROXY protocol (versions 1 and 2) at the start of a connection. The address that they give is "
               "then the client's address for `allow`, `deny`, limits for each address, the access log and "
               "`{remote.ip}`. A proxy must overwrite or remove those of these headers that come from its clients: "
               "otherwise clients can forge their address.")
          .example("[\"127.0.0.1\", \"10.0.0.0/8\"]"),
      field("server_timing", &ServerOptions::server_timing, config::boolean())
          .otherwise("false")
          .doc("Whether responses have a field `Server-Timing: total;dur=1.234`, the milliseconds from the end of the "
               "request "
               "head to the response, which browsers show beside the request.")
          .example("true"),
      field("banner", &ServerOptions::banner, config::any_number(config::string()))
          .doc("Lines of your own, written to standard output once the server listens. `{port}` is the first port.")
          .example("\"Server is running at http://localhost:{port}\""),
      field("pid_file", &ServerOptions::pid_file, config::path(config::PathUse::write))
          .doc("A file for the process id, written once the server listens and removed at its end. `sluice reload` "
               "reads it.")
          .example("\"/run/sluice/sluice.pid\""),
  };
  return fields;
}

const Fields<LogOptions>& log_fields() {
  static const Fields<LogOptions> fields = {
      field("level", &LogOptions::level, log_level())
          .otherwise("\"info\"")
          .doc("The least important messages that are "
               "still logged on standard error."),
      field("format", &LogOptions::format,
            config::one_of<LogFormat>({{"text", LogFormat::text}, {"json", LogFormat::json}}))
          .otherwise("\"text\"")
          .doc("The form of these messages: `text` for people, `json` for programs: one object a line, with `time` "
               "(UTC), "
               "`level` and `message`. The access log has a format of its own.")
          .example("\"json\""),
      field("request", &LogOptions::request, config::string())
          .doc("A line of your own for each request, written to standard output before it is routed.")
          .example("\"Received request: {method} {path}\""),
      field("access", &LogOptions::access, config::table(access_fields())).doc("The access log."),
  };
  return fields;
}

}  // namespace sluice::site
