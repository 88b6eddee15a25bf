#include "files/handler.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "files/answer.hpp"
#include "files/lookup/path.hpp"
#include "files/lookup/resolution_text.hpp"
#include "http/content/accept.hpp"
#include "http/target/path.hpp"
#include "site/routing/match.hpp"

namespace sluice::files {

namespace {

/// A client that goes to a page, rather than a page that loads a part of itself. Browsers name HTML among what they
/// take; curl, monitors and crawlers take anything, and so do scripts and images of pages, whose names have an
/// extension.
bool is_navigation(const http::Request& request, std::string_view relative) {
  auto html = http::media_preference(request.field("Accept"), "text/html");
  bool named = html.specificity >= 2;
  bool has_extension = relative.substr(relative.rfind('/') + 1).find('.') != std::string_view::npos;
  return html.weight > 0 && (named || !has_extension);
}

}  // namespace

/// The name below the root of a path that needs no decoding and nobody's scrutiny, for the cache; empty for
/// others. For a directory it is that of its first index. Valid until the next call.
std::string_view StaticHandler::plain_name(std::string_view path) const {
  char last = '/';
  for (char c : path.substr(1)) {
    if (c == '%' || (last == '/' && (c == '.' || c == '/'))) return {};
    last = c;
  }
  path.remove_prefix(1);
  if (last != '/') return path;
  if (settings().index.empty()) return {};
  static thread_local std::string buffer;
  buffer.assign(path).append(settings().index.front());
  return buffer;
}

void StaticHandler::handle(http::Exchange& exchange) const {
  auto path = static_cast<const site::Match*>(exchange.matched)->rest;
  if (path.empty()) return redirect_with_slash(exchange, settings().headers, true);  // "/files" of the mount "/files"

  auto name = plain_name(path);
  if (!name.empty() && server_.serve_cached(exchange, name)) return;
  if (path.find("//") != std::string_view::npos) return redirect_to_clean_path(exchange, settings().headers);

  Wanted wanted;
  auto file = to_file_path(http::split_path(path, exchange.arena), settings().hidden);
  if (!file) {
    wanted.nothing = true;
    return server_.serve(exchange, std::move(wanted));
  }
  wanted.relative = std::move(file->relative);
  wanted.directory = file->directory;
  wanted.navigation = settings().spa && is_navigation(exchange.request, wanted.relative);
  server_.serve(exchange, std::move(wanted));
}

std::string StaticHandler::explain(const site::Match& match) const {
  if (match.rest.empty()) return "redirects to the path with a slash at its end";
  if (match.rest.find("//") != std::string_view::npos)
    return "redirects to the path with one slash in place of several";
  Arena arena;
  auto path = http::split_path(match.rest, arena);
  auto file = to_file_path(path, settings().hidden);
  Wanted wanted;
  if (!file) {
    wanted.nothing = true;
    return describe(server_.site(), wanted, why_no_file(path));
  }
  wanted.relative = std::move(file->relative);
  wanted.directory = file->directory;
  wanted.navigation = settings().spa;
  return describe(server_.site(), wanted);
}

}  // namespace sluice::files
