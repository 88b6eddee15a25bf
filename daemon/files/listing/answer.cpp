#include "files/listing/answer.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"
#include "files/answer.hpp"
#include "files/listing/page.hpp"
#include "http/content/accept.hpp"
#include "http/target/path.hpp"
#include "http/target/query.hpp"
#include "site/routing/match.hpp"

namespace sluice::files {

namespace {

std::size_t count_segments(http::Exchange& exchange, std::string_view path) {
  std::size_t count = 0;
  for (auto segment : http::split_path(path, exchange.arena).segments) count += segment.empty() ? 0 : 1;
  return count;
}

ListingPlace place_of(http::Exchange& exchange) {
  ListingPlace place;
  for (auto segment : http::split_path(exchange.request.path, exchange.arena).segments) {
    if (!segment.empty()) place.segments.emplace_back(segment);
  }
  place.linked = count_segments(exchange, static_cast<const site::Match*>(exchange.matched)->rest);
  return place;
}

ListingQuery query_of(http::Exchange& exchange) {
  ListingQuery query;
  auto value = [&](std::string_view name) {
    return http::first_query_value(exchange.request.query, name, exchange.arena).value_or("");
  };
  if (value("sort") == "size") query.sort = ListingQuery::Sort::size;
  if (value("sort") == "time") query.sort = ListingQuery::Sort::time;
  query.descending = value("order") == "desc";
  query.page = parse_unsigned(value("page")).value_or(1);
  return query;
}

bool wants_json(const http::Request& request) {
  constexpr std::array<std::string_view, 2> types = {"text/html", "application/json"};
  return http::best_media_type(request.field("Accept"), types) == 1;
}

/// All that the work in the pool needs and makes.
struct Order {
  std::shared_ptr<const StaticSite> site;
  Resolution resolution;
  ListingPlace place;
  ListingQuery query;
  bool json = false;
  std::string body;
  int error = 0;

  void run() {
    auto listing = read_listing(site->root(), resolution.relative, *resolution.node, query);
    if (!listing) {
      error = listing.error();
      return;
    }
    body = json ? listing_json(*listing, place) : listing_html(*listing, place, query);
  }
};

void answer(http::Exchange& exchange, const std::shared_ptr<Order>& order) {
  if (order->error != 0) {
    log_fault(exchange, order->site->root().path(), order->resolution.relative, order->error);
    return respond_not_found(exchange, order->site->settings().headers);
  }
  http::Response response;
  response.fields.push_back({"Content-Type", order->json ? "application/json" : "text/html; charset=utf-8"});
  response.fields.push_back({"Cache-Control", "no-cache"});
  response.fields.push_back({"Vary", "Accept"});
  response.fields.push_back({"X-Content-Type-Options", "nosniff"});
  order->site->settings().headers.apply(exchange, response);
  response.body = http::SharedBytes{order, order->body};
  exchange.respond(std::move(response));
}

}  // namespace

void respond_with_listing(http::Exchange& exchange, std::shared_ptr<const StaticSite> site, Resolution&& resolution) {
  auto order = std::make_shared<Order>();
  order->query = query_of(exchange);
  order->query.hidden = site->settings().hidden;
  order->place = place_of(exchange);
  order->json = wants_json(exchange.request);
  order->resolution = std::move(resolution);
  order->site = std::move(site);
  auto ticket = wait_for_files(exchange, order->site);
  ticket.depends_on(run_in_background(
      exchange.loop(), order->site->listing_queue(), [order] { order->run(); },
      [ticket, order] {
        if (auto* waiting = ticket.exchange()) answer(*waiting, order);
      }));
}

}  // namespace sluice::files
