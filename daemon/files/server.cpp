#include "files/server.hpp"

#include <cerrno>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "files/answer.hpp"
#include "files/cache.hpp"
#include "files/listing/answer.hpp"
#include "files/response.hpp"
#include "files/waiting.hpp"
#include "http/content/accept.hpp"
#include "site/site.hpp"

namespace sluice::files {

namespace {

using Kind = Resolution::Kind;

/// The coding in which a client gets a resource. Siblings that are there come before codings that would have
/// to be made, unless the client likes those better.
http::Coding choose(std::string_view accepted, const Resource& resource) {
  auto ready = choose_coding(accepted, resource.siblings);
  auto made = choose_coding(accepted, resource.computable);
  if (ready == http::Coding::identity) return made;
  bool better = made != http::Coding::identity &&
                http::encoding_weight(accepted, token(made)) > http::encoding_weight(accepted, token(ready));
  return better ? made : ready;
}

/// What a request accepts: several lines are one list (RFC 9110 §5.2), which is put together in `buffer`. Empty where
/// parts are wanted: they are parts of the plain content, for whoever resumes a download must get the same octets
/// whatever is in between. `of_form`: parts are those of what is sent, for the plain content is not there.
std::string_view accepted_codings(const http::Request& request, bool of_form, std::string& buffer) {
  std::string_view accepted;
  for (const auto& line : request.fields) {
    bool is_range = request.method == http::Method::get && equals_ignoring_case(line.name, "Range");
    if (is_range && !of_form) return {};
    if (!equals_ignoring_case(line.name, "Accept-Encoding")) continue;
    if (accepted.empty()) {
      accepted = line.value;
    } else {
      buffer = std::string(accepted).append(", ").append(line.value);
      accepted = buffer;
    }
  }
  return accepted;
}

/// The same with the last answer kept: clients of one kind send the same Accept-Encoding each time.
http::Coding coding_for(const http::Request& request, const Resource& resource) {
  if (!resource.has_codings()) return http::Coding::identity;
  std::string buffer;
  auto accepted = accepted_codings(request, resource.only_coded(), buffer);
  if (accepted.empty()) return http::Coding::identity;
  struct Last {
    std::string accepted;
    http::CodingSet siblings, computable;
    http::Coding chosen = http::Coding::identity;
  };
  static thread_local Last last;
  if (last.accepted == accepted && last.siblings == resource.siblings && last.computable == resource.computable) {
    return last.chosen;
  }
  last = {std::string(accepted), resource.siblings, resource.computable, choose(accepted, resource)};
  return last.chosen;
}

/// So much content at most waits in a worker to be compressed, or is being compressed. That takes it a second or two,
/// and whoever comes then gets the content as it is: waiting longer would cost more than compression gains.
constexpr std::uint64_t most_to_compress = 16 << 20;
thread_local std::uint64_t to_compress = 0;

bool can_be_ordered(const Resource& resource) {
  bool in_time = to_compress == 0 || to_compress + resource.plain->size <= most_to_compress;
  return in_time && octets_of_made() < most_octets_of_made();
}

}  // namespace

/// What is known of a request while it is looked up.
struct FileServer::Lookup {
  Wanted wanted;
  http::Status status = 200;
  Resolution resolution;
  std::shared_ptr<Resource> resource;  // of a file
  int error = 0;                       // why it could not be read

  void run(const StaticSite& site, Waiting waiting) {
    resolution = site.resolve(wanted, waiting);
    if (resolution.kind == Kind::file) read(site, waiting);
  }
  void read(const StaticSite& site, Waiting waiting) {
    auto loaded = site.read(resolution, waiting);
    error = loaded ? 0 : loaded.error();
    if (loaded) resource = std::move(*loaded);
  }
  /// 404 stays 404.
  http::Status final_status() const { return resolution.status == 200 ? status : resolution.status; }
};

bool FileServer::serve_cached(http::Exchange& exchange, std::string_view relative, http::Status status,
                              bool stands_in) const {
  auto found = FileCache::of_this_thread().find(site_->id(stands_in), relative, exchange.loop());
  if (!found.resource) return false;
  if (found.current) {
    answer(exchange, *found.resource, relative, status);
  } else {
    confirm_elsewhere(exchange, *found.resource, std::string(relative), status);
  }
  return true;
}

void FileServer::serve(http::Exchange& exchange, Wanted wanted, http::Status status) const {
  auto lookup = std::make_shared<Lookup>();
  lookup->wanted = std::move(wanted);
  lookup->status = status;
  lookup->resolution = site_->resolve(lookup->wanted, Waiting::never);
  if (lookup->resolution.kind != Kind::must_wait) note_obstacle(exchange, *lookup);
  if (lookup->resolution.kind == Kind::file) {
    const auto& found = lookup->resolution;
    if (serve_cached(exchange, found.relative, lookup->final_status(), found.stands_in)) return;
    lookup->read(*site_, Waiting::never);
  }
  if (lookup->resolution.kind == Kind::must_wait || lookup->error == EAGAIN) {
    return serve_elsewhere(exchange, lookup);
  }
  finish(exchange, *lookup);
}

void FileServer::serve_elsewhere(http::Exchange& exchange, const std::shared_ptr<Lookup>& lookup) const {
  auto ticket = wait_for_files(exchange, site_);
  ticket.depends_on(run_in_background(
      exchange.loop(), site_->queue(), [site = site_, lookup] { lookup->run(*site, Waiting::allowed); },
      [server = *this, ticket, lookup] {
        if (auto* waiting = ticket.exchange()) server.finish(*waiting, *lookup);
      }));
}

void FileServer::confirm_elsewhere(http::Exchange& exchange, const std::shared_ptr<Resource>& resource,
                                   std::string relative, http::Status status) const {
  auto ticket = wait_for_files(exchange, site_);
  auto current = std::make_shared<bool>(false);
  ticket.depends_on(run_in_background(
      exchange.loop(), site_->queue(), [resource, current] { *current = resource->is_current(); },
      [server = *this, ticket, current, resource, relative = std::move(relative), status] {
        auto* waiting = ticket.exchange();
        if (waiting == nullptr) return;
        auto& cache = FileCache::of_this_thread();
        auto owner = server.site_->id(resource->traits.stands_in);
        if (*current) {
          cache.confirm(owner, relative, resource, waiting->loop());
          return server.answer(*waiting, resource, relative, status);
        }
        cache.forget_replaced(owner, relative, *resource);
        Wanted wanted;
        wanted.relative = relative;
        wanted.stands_in = resource->traits.stands_in;
        server.serve(*waiting, std::move(wanted), status);
      }));
}

/// Says in the log why the file that was asked for is not sent, also where another one stands in for it.
void FileServer::note_obstacle(http::Exchange& exchange, const Lookup& lookup) const {
  const auto& resolution = lookup.resolution;
  int error = lookup.error != 0 ? lookup.error : resolution.fault;
  if (error != 0) {
    auto failed = resolution.file();
    const auto& name = lookup.error != 0 ? failed : resolution.fault_name;
    log_fault(exchange, site_->root().path(), name, error);
  } else if ((resolution.stands_in || resolution.kind == Kind::missing) && !lookup.wanted.nothing) {
    log_missing(exchange, site_->root().path(), site_->name_for(lookup.wanted));
  }
}

void FileServer::finish(http::Exchange& exchange, Lookup& lookup) const {
  const auto& resolution = lookup.resolution;
  note_obstacle(exchange, lookup);
  if (lookup.resource) {
    auto& cache = FileCache::of_this_thread();
    auto owner = site_->id(resolution.stands_in);
    auto found = cache.find(owner, resolution.relative, exchange.loop());
    if (found.current && (*found.resource)->plain->identity == lookup.resource->plain->identity) {
      lookup.resource = *found.resource;  // another request was quicker, and may have ordered its codings
    } else {
      cache.insert(owner, resolution.relative, lookup.resource, exchange.loop());
    }
    return answer(exchange, lookup.resource, resolution.relative, lookup.final_status());
  }
  const auto& headers = site_->settings().headers;
  switch (resolution.kind) {
    case Kind::add_slash: return redirect_with_slash(exchange, headers, true);
    case Kind::drop_slash: return redirect_with_slash(exchange, headers, false);
    case Kind::listing: return respond_with_listing(exchange, site_, std::move(lookup.resolution));
    case Kind::exhausted: return respond_unavailable(exchange, headers);
    case Kind::file:
      if (is_exhaustion(lookup.error)) return respond_unavailable(exchange, headers);
      [[fallthrough]];
    default: return respond_not_found(exchange, headers);
  }
}

void FileServer::answer(http::Exchange& exchange, const std::shared_ptr<Resource>& resource, std::string_view relative,
                        http::Status status) const {
  auto coding = coding_for(exchange.request, *resource);
  if (const auto& file = resource->form(coding)) return send(exchange, file, status);
  answer_coded(exchange, resource, relative, coding, status);
}

void FileServer::answer_coded(http::Exchange& exchange, const std::shared_ptr<Resource>& resource,
                              std::string_view relative, http::Coding coding, http::Status status) const {
  auto& orders = resource->orders[static_cast<std::size_t>(coding)];
  if (orders.list.size() == orders.list.capacity()) orders.forget_ended();
  auto patience = site::site_of(exchange).server.timeouts.file_system;
  auto send_plain = [server = *this, resource, status](http::Exchange& late) {
    server.send_plain(late, *resource, status);
  };
  if (orders.in_work && patience.count() > 0 && orders.work.quiet_for(exchange.loop().now()) >= patience)
    return send_plain(exchange);  // others have waited in vain
  bool from_sibling = resource->siblings.has(coding);
  bool possible = from_sibling || (resource->computable.has(coding) && can_be_ordered(*resource));
  if (!orders.in_work && !possible) return send_plain(exchange);
  orders.list.push_back({Ticket(exchange, patience, send_plain), status});
  if (std::exchange(orders.in_work, true)) return;

  struct Made {
    ServedFilePtr file;
    bool for_now = false;  // there is none, because there is no memory at the moment
  };
  auto made = std::make_shared<Made>();
  auto octets = from_sibling ? 0 : resource->plain->size;
  to_compress += octets;
  auto queue = from_sibling ? site_->queue() : net::WorkQueue::compute;
  orders.work = run_in_background(
      exchange.loop(), queue,
      [site = site_, resource, coding, from_sibling, made, name = std::string(relative),
       most = FileCache::of_this_thread().room()] {
        made->file = coding == http::Coding::identity ? make_plain(*resource, most, made->for_now)
                                                      : make_coded(site->root(), name, *resource, coding, from_sibling);
      },
      [server = *this, resource, coding, made, octets, name = std::string(relative)] {
        to_compress -= octets;
        if (!made->for_now) return server.take_coded(resource, name, coding, made->file);
        for (const auto& order : std::exchange(resource->orders[static_cast<std::size_t>(coding)], {}).list) {
          if (auto* waiting = order.ticket.exchange()) server.send_plain(*waiting, *resource, order.status);
        }
      });
}

void FileServer::take_coded(const std::shared_ptr<Resource>& resource, std::string_view relative, http::Coding coding,
                            const ServedFilePtr& made) const {
  auto index = static_cast<std::size_t>(coding);
  auto& cache = FileCache::of_this_thread();
  if (made && !resource->siblings.has(coding) && made->size > small_file && !cache.can_hold(made->footprint())) {
    // Nobody could have it a second time. Making it costs too much to be done for each request.
    resource->computable.remove(coding);
    for (const auto& order : std::exchange(resource->orders[index], {}).list) {
      if (auto* waiting = order.ticket.exchange()) send(*waiting, made, order.status);
    }
    return;
  }
  if (made) {
    resource->coded[index] = made;
    cache.grown(site_->id(resource->traits.stands_in), relative, resource);
  } else if (resource->siblings.has(coding)) {  // it is no good: perhaps it can be made here
    resource->siblings.remove(coding);
  } else {  // it saves nothing, or the file changes under our hands: the others get something else, too
    resource->computable.remove(coding);
  }
  for (const auto& order : std::exchange(resource->orders[index], {}).list) {
    if (auto* waiting = order.ticket.exchange()) answer(*waiting, resource, relative, order.status);
  }
}

void FileServer::send_plain(http::Exchange& exchange, const Resource& resource, http::Status status) const {
  if (!resource.only_coded()) return send(exchange, resource.plain, status);
  const auto& headers = site_->settings().headers;
  if (resource.computable.has(http::Coding::identity)) return respond_unavailable(exchange, headers);  // for now
  respond_not_acceptable(exchange, headers, resource.plain->coding);
}

void FileServer::send(http::Exchange& exchange, const ServedFilePtr& file, http::Status status) const {
  respond_with_file(exchange, file, site_->settings().headers, status);
}

}  // namespace sluice::files
