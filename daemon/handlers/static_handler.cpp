#include "handlers/static_handler.hpp"

#include <cerrno>

#include "base/percent.hpp"
#include "handlers/cache_policy.hpp"
#include "handlers/file_answer.hpp"
#include "handlers/file_cache.hpp"
#include "handlers/file_path.hpp"
#include "handlers/file_response.hpp"
#include "http/mime.hpp"

namespace sluice::handlers {

namespace {

std::string joined(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

/// "/a/b/" for a request for "/a/b". Made of the decoded segments, so that it is one path of this host
/// whatever the client wrote: never "//host", never with a backslash.
std::string with_slash(http::Exchange& exchange) {
  std::string location;
  for (auto segment : http::split_path(exchange.request.path, exchange.arena).segments) {
    if (segment.empty() && location.empty()) continue;
    location += '/';
    append_percent_encoded(location, segment, "!$&'()*+,;=:@");
  }
  location += '/';
  if (exchange.request.has_query) {
    location += '?';
    location += exchange.request.query;
  }
  return location;
}

void redirect_to_directory(http::Exchange& exchange) {
  http::Response response;
  response.status = 308;
  response.fields.push_back({"Location", exchange.arena.copy(with_slash(exchange))});
  exchange.respond(std::move(response));
}

}  // namespace

StaticHandler::StaticHandler(StaticSettings settings, FileHeaders headers)
    : settings_(std::move(settings)),
      root_(settings_.root, settings_.symlinks),
      headers_(std::move(headers)),
      id_(FileCache::new_owner()) {}

void StaticHandler::handle(http::Exchange& exchange) const {
  const auto& match = *static_cast<const site::Match*>(exchange.matched);
  if (auto file = FileCache::of_this_thread().find(id_, match.rest, exchange.loop())) {
    return respond_with_file(exchange, file, headers_);
  }
  serve_uncached(exchange, match);
}

void StaticHandler::serve_uncached(http::Exchange& exchange, const site::Match& match) const {
  if (match.rest.empty()) return redirect_to_directory(exchange);  // "/files" of the mount "/files"
  auto path = to_file_path(http::split_path(match.rest, exchange.arena), settings_.hidden);
  if (!path) return respond_not_found(exchange);
  if (path->directory) return serve_directory(exchange, match, path->relative);

  auto node = root_.find(path->relative);
  if (!node) return respond_with_fault(exchange, root_.path(), path->relative, node.error());
  if (node->is_directory()) return redirect_to_directory(exchange);
  serve_file(exchange, match, path->relative, *node);
}

void StaticHandler::serve_directory(http::Exchange& exchange, const site::Match& match,
                                    const std::string& relative) const {
  for (const auto& name : settings_.index) {
    auto candidate = joined(relative, name);
    auto node = root_.find(candidate);
    if (node && node->is_file()) return serve_file(exchange, match, candidate, *node);
    if (!node && node.error() != ENOENT && node.error() != ENOTDIR) {
      return respond_with_fault(exchange, root_.path(), candidate, node.error());
    }
  }
  respond_not_found(exchange);
}

void StaticHandler::serve_file(http::Exchange& exchange, const site::Match& match,
                               const std::string& relative, const FileNode& node) const {
  auto content_type = http::MimeTypes::system().type_of(relative);
  FileTraits traits{.name = root_.path() + "/" + relative,
                    .content_type = content_type,
                    .cache_control = default_cache_control(relative, content_type),
                    .headers = &headers_};
  auto file = load_file(node, traits);
  if (!file) return respond_with_fault(exchange, root_.path(), relative, file.error());
  FileCache::of_this_thread().insert(id_, match.rest, std::move(traits.name), *file, exchange.loop());
  respond_with_file(exchange, *file, headers_);
}

}  // namespace sluice::handlers
