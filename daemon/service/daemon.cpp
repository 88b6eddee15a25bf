#include "service/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <utility>

#include "config/findings/diagnostics.hpp"
#include "files/cache.hpp"
#include "files/content/resource.hpp"
#include "logging/log.hpp"
#include "logging/user_lines.hpp"
#include "net/loop/background.hpp"
#include "service/logs/log_settings.hpp"
#include "service/system/descriptors.hpp"
#include "service/system/process.hpp"
#include "site/lease.hpp"
#include "site/line_values.hpp"
#include "site/statistics.hpp"

namespace sluice::service {

namespace {

/// More come from one address only where many share it, or where somebody means harm.
constexpr std::int64_t most_of_public_address = 1024;

std::size_t worker_count(const site::Site& site) {
  if (site.server.workers > 0) return static_cast<std::size_t>(site.server.workers);
  return std::max<std::size_t>(1, uv_available_parallelism());
}

bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Daemon::Daemon(std::shared_ptr<const site::Site> site, LoadSite load)
    : site_(std::move(site)),
      load_(std::move(load)),
      notifier_(Notifier::from_environment()),
      inherited_(InheritedSockets::from_environment()),
      predecessor_(Predecessor::from_environment(inherited_)) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error code, not the end of the daemon
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that gets too large (RLIMIT_FSIZE)
  set_log(site_->log);
}

Daemon::~Daemon() {
  workers_.clear();  // which write to the access log until then
}

/// Opens those listeners of `site` that are not open yet.
std::expected<std::vector<OpenListener>, net::ListenError> Daemon::open_missing(const site::Site& site,
                                                                                std::size_t workers) {
  std::vector<OpenListener> opened;
  for (const auto& wanted : wanted_listeners(site)) {
    if (std::ranges::find(listeners_, wanted.key()) != listeners_.end()) {
      if (auto set = net::set_permissions(wanted.endpoint); !set) return std::unexpected(set.error());
      continue;
    }
    auto done = open_listeners(wanted, workers, inherited_, opened);
    if (!done) return std::unexpected(done.error());
  }
  return opened;
}

std::vector<WorkerSocket> Daemon::take_sockets(std::vector<OpenListener>& opened, std::size_t worker) {
  std::vector<WorkerSocket> sockets;
  for (auto& listener : opened) {
    const auto& wanted = listener.wanted();
    sockets.push_back({wanted.key(), wanted.kind, listener.take(worker), wanted.idle, wanted.rate});
    in_use_.push_back({wanted.key(), {}, sockets.back().fd});
  }
  return sockets;
}

/// Notes the listeners of `site` as those in use; returns the keys of those that are no longer.
std::vector<std::string> Daemon::adopt(const site::Site& site, const std::vector<OpenListener>& opened) {
  std::vector<std::string> keys;
  for (const auto& wanted : wanted_listeners(site)) keys.push_back(wanted.key());
  std::vector<std::string> removed;
  for (const auto& key : listeners_)
    if (std::ranges::find(keys, key) == keys.end()) removed.push_back(key);
  for (const auto& listener : opened) {
    logging::info("listening on " + listener.address());
    auto& addresses = addresses_[listener.wanted().key()];
    addresses.append(addresses.empty() ? "" : ", ").append(listener.address());
    if (first_port_ == 0 && listener.wanted().kind == ListenerKind::http) first_port_ = listener.port();
  }
  for (const auto& key : removed) {
    logging::info("no longer listening: " + key);
    addresses_.erase(key);
    std::erase_if(in_use_, [&](const HandedSocket& socket) { return socket.key == key; });
  }
  listeners_ = std::move(keys);
  return removed;
}

std::expected<void, net::ListenError> Daemon::listen() {
  descriptors_ = raise_descriptor_limit();
  auto workers = worker_count(*site_);
  net::size_background_pool(workers);
  auto opened = open_missing(*site_, workers);
  if (!opened) return std::unexpected(opened.error());
  const auto& access = site_->log.access.to;
  if (int error = access_.set(access))
    return std::unexpected(net::ListenError{error, access_log_trouble(access, error)});
  for (std::size_t i = 0; i < workers; ++i)
    workers_.push_back(
        std::make_unique<Worker>(site_, workers, access_.fd(), take_sockets(*opened, i), admission_, rooms_));
  inherited_.forget_handed_over();
  opened_ = std::move(*opened);
  return {};
}

void Daemon::watch_files() {
  watched_ = {site_->files, site_->includes};
  config_watch_ = std::make_unique<ConfigWatch>(loop_, [this] { return watched_; }, [this] { reload(); });
}

void Daemon::announce() {
  adopt(*site_, opened_);
  opened_.clear();
  for (const auto& line : site_->banner) {
    std::string text;
    line.render(site::BannerValues(first_port_), text);
    logging::user_lines::add(text);
  }
  logging::user_lines::flush();
}

void Daemon::start_watchdog() {
  auto interval = watchdog_interval(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"));
  if (!interval || !notifier_.enabled()) return;
  std::vector<Watchdog::Ask> parties;
  for (auto& worker : workers_)
    parties.push_back([&worker = *worker](std::function<void()> answer) { worker.ping(std::move(answer)); });
  watchdog_ = std::make_unique<Watchdog>(loop_, *interval, std::move(parties), [this] { notifier_.alive(); });
}

std::string Daemon::serving() const {
  auto text = "Serving " + std::to_string(site_->endpoints.size()) + " routes, directories and WebSocket endpoints";
  const char* before = " on ";
  for (const auto& key : listeners_) text.append(std::exchange(before, ", ")).append(addresses_.at(key));
  return text;
}

/// What the configuration says and a reload cannot do.
std::string Daemon::waits_for_restart() const {
  auto wanted = worker_count(*site_);
  return wanted == workers_.size() ? std::string() : workers_wait(wanted, workers_.size());
}

/// Those limits that hold for the process and not for one worker.
void Daemon::apply_limits() {
  const auto& limits = site_->server.limits;
  admission_.counts_private = limits.connections_per_ip.has_value();
  admission_.per_address = static_cast<std::uint32_t>(limits.connections_per_ip.value_or(most_of_public_address));
  logging::info("at most " + std::to_string(most_connections(*site_)) +
                " connections: " + std::to_string(descriptors_) + " descriptors (RLIMIT_NOFILE), " +
                std::to_string(limits.connections) + " by server.limits.connections");
  if (!memory_)
    memory_ = std::make_unique<MemoryWatch>(
        loop_, [this] { shed(); }, [this](MemoryWatch::Level level) { on_memory(level); });
  memory_->set_limit(limits.memory);
  auto workers = std::max<std::size_t>(1, workers_.size());
  files::FileCache::set_worker_limits(
      {limits.file_cache.count / workers, std::clamp<std::size_t>(most_cached_files() / workers, 1, 256)});
  constexpr std::size_t least_for_compressed = 16 << 20;
  files::set_most_octets_of_made(std::max(2 * limits.file_cache.count, least_for_compressed));
  rooms_.set_most_history(limits.room_history.count);
}

void Daemon::shed() {
  rooms_.forget_idle();
  for (auto& worker : workers_) worker->shed();
}

void Daemon::on_memory(MemoryWatch::Level level) {
  using Level = MemoryWatch::Level;
  if (level == Level::calm) logging::info("memory is no longer short");
  if (level == Level::strained)
    logging::warning("four fifths of server.limits.memory are in use: connections are closed after each response");
  if (level == Level::short_of)
    logging::warning("server.limits.memory is reached: new connections are refused, except those for [health]");
  admission_.memory_short = level == Level::short_of;
  for (auto& worker : workers_) worker->set_strained(level != Level::calm);
}

void Daemon::watch(int signal) {
  auto handle = std::make_unique<Signal>();
  uv_signal_init(loop_.raw(), handle->get());
  handle->get()->data = this;
  uv_signal_start(
      handle->get(), [](uv_signal_t* h, int number) { static_cast<Daemon*>(h->data)->on_signal(number); }, signal);
  signals_.push_back(std::move(handle));
}

int Daemon::run() {
  for (int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) watch(signal);
  // Without a file to read again, SIGHUP means that the terminal is closed, which nohup(1) has it ignore.
  if (!site_->files.empty() || !is_ignored(SIGHUP)) watch(SIGHUP);
  uv_timer_init(loop_.raw(), housekeeping_.get());
  housekeeping_.get()->data = this;
  auto look = [](uv_timer_t* timer) {
    static_cast<Daemon*>(timer->data)->access_.follow();
    static_cast<Daemon*>(timer->data)->free_retired();
    static_cast<Daemon*>(timer->data)->memory_->give_back();
  };
  uv_timer_start(housekeeping_.get(), look, 2000, 2000);
  for (auto& worker : workers_) worker->start();
  announce();
  apply_limits();
  if (site_->server.pid_file) {
    auto trouble = pid_file_.write(*site_->server.pid_file);
    if (!trouble.empty()) logging::warning(trouble);
  }
  notifier_.ready(serving());
  predecessor_.tell_ready();
  start_watchdog();
  loop_.run();
  for (auto& worker : workers_) worker->join();
  // libuv gives each signal its default back: one that comes now would change the exit status of a good end.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (!signals_.empty()) {
    auto number = signals_.back()->get()->signum;
    signals_.pop_back();
    std::signal(number, SIG_IGN);
  }
  takeover_.reset();
  memory_.reset();
  watchdog_.reset();
  config_watch_.reset();
  logging::info("stopped");
  if (!net::background_work_ends(std::chrono::seconds(1))) give_up_background_work();
  return 0;
}

/// The end of a loop would wait for the thread pool, and a file system that does not answer keeps that for ever.
void Daemon::give_up_background_work() {
  logging::warning("a file system does not answer: ending without waiting for it");
  for (auto& worker : workers_) worker->flush();
  pid_file_.remove();
  std::_Exit(0);
}

void Daemon::on_signal(int signal) {
  if (signal == SIGHUP && !site_->files.empty()) return reload();
  if (signal == SIGUSR1) return access_.reopen();
  if (signal == SIGUSR2) return begin_takeover();
  if (draining_) {
    logging::warning("stopping at once");
    return stop();
  }
  drain();
}

void Daemon::drain() {
  draining_ = true;
  if (!succeeded_) takeover_.reset();  // a new process that does not serve yet is not to outlive this one
  site::ProcessState::get().draining = true;
  logging::info("stopping: no new connections; requests in progress are completed");
  auto limit = site_->server.shutdown_timeout;
  if (!succeeded_) notifier_.stopping("Finishing requests in flight", limit + std::chrono::seconds(5));
  drain_limit_ = std::make_unique<net::Timer>(loop_, limit, [this] {
    logging::warning("server.shutdown_timeout has passed: the remaining connections are closed");
    stop();
  });
  for (auto& worker : workers_) {
    auto when_done = [this] {
      loop_.post([this] {
        if (++drained_ == workers_.size()) stop();
      });
    };
    worker->drain(when_done, limit / 2);  // the other half is for the clients' answers
  }
}

void Daemon::stop() {
  drain_limit_.reset();
  for (auto& worker : workers_) worker->stop();
  loop_.stop();
}

}  // namespace sluice::service
