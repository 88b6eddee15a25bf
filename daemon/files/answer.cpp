#include "files/answer.hpp"

#include <cerrno>
#include <functional>
#include <span>
#include <utility>

#include "base/limit_hits.hpp"
#include "base/percent.hpp"
#include "files/lookup/path_fault.hpp"
#include "files/response.hpp"
#include "http/target/path.hpp"
#include "logging/log.hpp"
#include "site/routing/match.hpp"
#include "site/settings/error_body.hpp"
#include "site/site.hpp"

namespace sluice::files {

namespace {

constexpr http::FieldLine no_store{"Cache-Control", "no-store"};

constexpr http::FieldLine no_sniffing{"X-Content-Type-Options", "nosniff"};

void respond_with_error(http::Exchange& exchange, http::Status status, const FileHeaders& headers,
                        std::span<const http::FieldLine> fields, std::string_view detail = {}) {
  auto response = site::make_error_response(exchange, status, detail, site::errors_of(exchange));
  response.fields.insert(response.fields.end(), fields.begin(), fields.end());
  response.fields.push_back(no_store);
  response.fields.push_back(no_sniffing);
  headers.apply_to_other(exchange, response);
  exchange.respond(std::move(response));
}

std::string explain(const std::string& root, const std::string& relative, int error) {
  auto path = root + "/" + relative;
  if (error == EXDEV) return explain_escape(root, relative);
  if (error == ELOOP) return explain_links(root, relative);
  return explain_path_fault(path, error);
}

/// Bounds how many faults a worker looks into, whatever clients ask for: each costs work in the pool, and may cost a
/// line of the log.
class Looks {
 public:
  bool take(net::Loop& loop) {
    constexpr unsigned most = 16;
    constexpr std::uint64_t period = 1000;
    auto now = loop.now();
    if (now - since_ >= period) {
      since_ = now;
      taken_ = 0;
    }
    return taken_++ < most;
  }

 private:
  std::uint64_t since_ = 0;
  unsigned taken_ = 0;
};

/// Says in the log what `why`, which runs in the pool, finds: looking at a path may wait for a slow file system, and
/// the names of users may come from a directory service.
void log_why(http::Exchange& exchange, const std::string& root, std::function<std::string()> why) {
  run_in_background(
      exchange.loop(), net::queue_of(root),
      [why = std::move(why), target = std::string(exchange.request.path)] {
        auto text = why();
        if (!text.empty() && !logging::said_lately(text)) logging::warning("cannot serve " + target + ": " + text);
      },
      [] {});
}

/// The path of the request from its decoded segments, so that it is one path of this host whatever the client
/// wrote: never
/// "//host", never with a backslash.
std::string clean_path(http::Exchange& exchange) {
  std::string path;
  for (auto segment : http::split_path(exchange.request.path, exchange.arena).segments) {
    if (segment.empty()) continue;
    path += '/';
    append_percent_encoded(path, segment, "!$&'()*+,;=:@");
  }
  return path;
}

}  // namespace

void respond_not_found(http::Exchange& exchange, const FileHeaders& headers) {
  const auto* match = static_cast<const site::Match*>(exchange.matched);
  if (match == nullptr || match->others.empty()) return respond_with_error(exchange, 404, headers, {});
  auto allowed = match->others | http::MethodSet{http::Method::options};
  const http::FieldLine allow{"Allow", exchange.arena.copy(allowed.allow())};
  respond_with_error(exchange, 405, headers, {&allow, 1});
}

void respond_unavailable(http::Exchange& exchange, const FileHeaders& headers) {
  const http::FieldLine retry{"Retry-After", "5"};
  respond_with_error(exchange, 503, headers, {&retry, 1});
}

void respond_not_acceptable(http::Exchange& exchange, const FileHeaders& headers, http::Coding coding) {
  const http::FieldLine vary{"Vary", "Accept-Encoding"};
  auto detail = "the file is compressed with " + std::string(token(coding)) + " and cannot be decoded here";
  respond_with_error(exchange, 406, headers, {&vary, 1}, detail);
}

Ticket wait_for_files(http::Exchange& exchange, std::shared_ptr<const StaticSite> site) {
  auto patience = site::site_of(exchange).server.timeouts.file_system;
  return {exchange, patience, [site = std::move(site)](http::Exchange& waiting) {
            note_hit(Limit::file_system_timeout);
            logging::seldom(logging::Level::warning,
                            "the file system of `" + site->root().path() +
                                "` does not answer within server.timeouts.file_system. Clients that wait for it "
                                "get 503. Check the network and the disk");
            respond_unavailable(waiting, site->settings().headers);
          }};
}

void redirect_with_slash(http::Exchange& exchange, const FileHeaders& headers, bool slash) {
  auto location = clean_path(exchange);
  if (slash || location.empty()) location += '/';
  if (exchange.request.has_query) {
    location += '?';
    location += exchange.request.query;
  }
  http::Response response;
  response.status = 308;
  response.fields.push_back({"Location", exchange.arena.copy(location)});
  response.fields.push_back({"Cache-Control", "no-cache"});
  response.fields.push_back(no_sniffing);
  headers.apply_to_other(exchange, response);
  exchange.respond(std::move(response));
}

void redirect_to_clean_path(http::Exchange& exchange, const FileHeaders& headers) {
  redirect_with_slash(exchange, headers, exchange.request.path.ends_with('/'));
}

void log_fault(http::Exchange& exchange, const std::string& root, const std::string& relative, int error) {
  static thread_local Looks looks;
  if (looks.take(exchange.loop())) log_why(exchange, root, [=] { return explain(root, relative, error); });
}

void log_missing(http::Exchange& exchange, const std::string& root, const std::string& relative) {
  static thread_local Looks looks;
  if (looks.take(exchange.loop())) log_why(exchange, root, [=] { return explain_missing(root, relative); });
}

void respond_with_file(http::Exchange& exchange, const ServedFilePtr& file, const FileHeaders& headers,
                       http::Status status) {
  auto response = status == 200 ? make_file_response(exchange, file) : make_whole_response(file, status);
  if (response.status != status && response.status >= 400) {
    return respond_with_error(exchange, response.status, headers, response.fields);
  }
  headers.render(exchange, response, status == 200 || !file->stands_in);
  exchange.respond(std::move(response));
}

}  // namespace sluice::files
