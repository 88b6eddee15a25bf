#include "service/worker.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cstring>

#include "echo/tcp_echo.hpp"
#include "files/cache.hpp"
#include "http1/session.hpp"
#include "logging/log.hpp"
#include "logging/user_lines.hpp"
#include "net/socket/proxy_header.hpp"
#include "service/system/descriptors.hpp"
#include "service/system/process.hpp"

namespace sluice::service {

namespace {

net::ConnectionLimits connection_limits(const std::shared_ptr<const site::Site>& shared, std::size_t workers,
                                        net::Admission& admission) {
  const auto& site = *shared;
  net::ConnectionLimits limits;
  auto all = most_connections(site);
  limits.connections = (all + workers - 1) / workers;
  limits.admission = &admission;
  const auto& proxies = site.server.trusted_proxies.networks;
  if (!proxies.empty()) limits.proxies = std::shared_ptr<const net::Networks>(shared, &proxies);
  limits.write_idle = site.server.timeouts.write_idle;
  limits.file_idle = site.server.timeouts.file_system;
  return limits;
}

/// For clients that have too many connections, and for all while memory is short.
constexpr std::string_view unavailable =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 21\r\n"
    "Retry-After: 10\r\nConnection: close\r\n\r\ntoo many connections\n";

/// For each kind of listener; a guest takes a KiB or two, and goes with its answer.
constexpr std::size_t most_guests = 64;

/// Half of the time that a shutdown may take: the rest is for the clients' answers.
std::chrono::milliseconds time_to_drain(const site::Site& site) { return site.server.shutdown_timeout / 2; }

void report_accept_trouble(int code) {
  if (code == 0) {
    logging::warning("the limit of connections is reached (server.limits.connections): new ones wait");
  } else {
    logging::warning("cannot accept connections: " + std::string(std::strerror(code)) + "; new ones wait");
  }
}

}  // namespace

Worker::Worker(const std::shared_ptr<const site::Site>& site, std::size_t workers, int access_fd,
               const std::vector<WorkerSocket>& sockets, net::Admission& admission, rooms::Registry& rooms)
    : workers_(workers),
      admission_(admission),
      hub_(loop_, rooms),
      watcher_(loop_, access_fd),
      fronts_(site, watcher_),
      connections_(loop_, connection_limits(site, workers, admission)) {
  watcher_.statistics().connections = &connections_.counter();
  for (const auto& socket : sockets) listen(socket);
}

Worker::~Worker() {
  join();
  watcher_.statistics().connections = nullptr;
}

void Worker::listen(const WorkerSocket& socket) {
  if (socket.kind == ListenerKind::udp_echo) {
    datagram_echoes_.emplace(socket.key, std::make_unique<echo::UdpEcho>(loop_, socket.fd, socket.rate));
    return;
  }
  net::Listener::MakeProtocol make = [this, key = socket.key] { return make_protocol(key); };
  if (socket.kind == ListenerKind::tcp_echo)
    make = [this, idle = socket.idle]() -> std::unique_ptr<net::Protocol> {
      if (admission_.memory_short) return nullptr;
      return std::make_unique<echo::TcpEcho>(idle);
    };
  auto refusal = socket.kind == ListenerKind::http ? unavailable : std::string_view{};
  listeners_.emplace(socket.key, std::make_unique<net::Listener>(connections_, socket.fd, std::move(make),
                                                                 report_accept_trouble, refusal));
}

/// Connections from trusted proxies may begin with a header that contains the client's address.
std::unique_ptr<net::Protocol> Worker::make_protocol(const std::string& key) {
  auto& front = fronts_.of(key);
  auto site = front.dispatcher.shared_site();
  const auto& trusted = site->server.trusted_proxies.networks;
  if (trusted.empty()) return make_session(front.engine);
  return std::make_unique<net::ProxyHeaderReader>(std::shared_ptr<const net::Networks>(site, &trusted),
                                                  site->server.timeouts.header,
                                                  [this, key]() -> std::unique_ptr<net::Protocol> {
                                                    auto* now = fronts_.find(key);  // a reload may have ended it
                                                    return now ? make_session(now->engine) : nullptr;
                                                  });
}

/// While memory is short a few may come in and ask how the server is.
std::unique_ptr<net::Protocol> Worker::make_session(http1::Engine& engine) {
  bool guest = admission_.memory_short.load(std::memory_order_relaxed);
  if (guest && engine.guests >= most_guests) return nullptr;
  watcher_.statistics().accepted.add();
  return std::make_unique<http1::Session>(engine, guest);
}

void Worker::start() {
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), worker_thread);  // for top(1) and its like
    hub_.enter_thread();
    logging::user_lines::set_wake([this] { loop_.at_end_of_turn([] { logging::user_lines::flush(); }); });
    loop_.run();
    logging::user_lines::flush();
  });
}

void Worker::reload(std::shared_ptr<const site::Site> site, std::vector<WorkerSocket> added,
                    std::vector<std::string> removed, std::uint64_t old_mounts) {
  loop_.post(
      [this, site = std::move(site), added = std::move(added), removed = std::move(removed), old_mounts]() mutable {
        watcher_.flush();  // the lines until now; what comes may go elsewhere
        for (const auto& key : removed) {
          listeners_.erase(key);
          datagram_echoes_.erase(key);
        }
        connections_.set_limits(connection_limits(site, workers_, admission_));
        fronts_.set_site(site);
        files::FileCache::of_this_thread().retire(old_mounts);
        connections_.drain_obsolete(time_to_drain(*site));
        for (const auto& socket : added) listen(socket);
      });
}

void Worker::set_strained(bool strained) {
  loop_.post([this, strained] { fronts_.set_strained(strained); });
}

void Worker::shed() {
  loop_.post([] { files::FileCache::of_this_thread().clear(); });
}

void Worker::drain(std::function<void()> when_done, std::chrono::milliseconds spread) {
  loop_.post([this, when_done = std::move(when_done), spread]() mutable {
    listeners_.clear();
    datagram_echoes_.clear();
    fronts_.set_draining();
    connections_.drain(std::move(when_done), spread);
  });
}

void Worker::stop() {
  loop_.post([this] {
    listeners_.clear();
    datagram_echoes_.clear();
    connections_.abort_all();
    loop_.at_end_of_turn([this] { loop_.stop(); });
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace sluice::service
