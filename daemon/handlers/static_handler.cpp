#include "handlers/static_handler.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "handlers/file_answer.hpp"
#include "handlers/file_path.hpp"
#include "http/accept.hpp"
#include "http/path.hpp"
#include "site/match.hpp"

namespace sluice::handlers {

namespace {

/// A browser that goes to a page, rather than a page that loads a part of itself: it names HTML among what it
/// takes.
bool is_navigation(const http::Request& request) {
  auto html = http::media_preference(request.field("Accept"), "text/html");
  return html.weight > 0 && html.specificity >= 2;
}

/// The name below the root of a path that needs no decoding and nobody's scrutiny, for the cache; empty for
/// others. For a directory it is that of its first index, made in `buffer`.
std::string_view plain_name(std::string_view path, const StaticSettings& settings, std::string& buffer) {
  char last = '/';
  for (char c : path.substr(1)) {
    if (c == '%' || (last == '/' && (c == '.' || c == '/'))) return {};
    last = c;
  }
  path.remove_prefix(1);
  if (last != '/') return path;
  if (settings.index.empty()) return {};
  buffer.assign(path).append(settings.index.front());
  return buffer;
}

}  // namespace

void StaticHandler::handle(http::Exchange& exchange) const {
  auto path = static_cast<const site::Match*>(exchange.matched)->rest;
  if (path.empty()) return redirect_with_slash(exchange, true);  // "/files" of the mount "/files"

  static thread_local std::string buffer;
  auto name = plain_name(path, settings(), buffer);
  if (!name.empty() && server_.serve_cached(exchange, name)) return;

  auto file = to_file_path(http::split_path(path, exchange.arena), settings().hidden);
  if (!file) return respond_not_found(exchange);
  Wanted wanted;
  wanted.relative = std::move(file->relative);
  wanted.directory = file->directory;
  wanted.navigation = settings().spa && is_navigation(exchange.request);
  server_.serve(exchange, std::move(wanted));
}

}  // namespace sluice::handlers
