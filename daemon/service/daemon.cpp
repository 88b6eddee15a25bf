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
#include "net/background.hpp"
#include "service/descriptors.hpp"
#include "service/process.hpp"
#include "site/lease.hpp"
#include "site/statistics.hpp"

namespace sluice::service {

namespace {

/// More come from one address only where many share it, or where somebody means harm.
constexpr std::int64_t most_of_public_address = 1024;

std::size_t worker_count(const site::Site& site) {
  if (site.server.workers > 0) return static_cast<std::size_t>(site.server.workers);
  return std::max<std::size_t>(1, uv_available_parallelism());
}

logging::Level level_of(site::LogLevel level) {
  switch (level) {
    case site::LogLevel::debug: return logging::Level::debug;
    case site::LogLevel::info: return logging::Level::info;
    case site::LogLevel::warning: return logging::Level::warning;
    case site::LogLevel::error: return logging::Level::error;
    case site::LogLevel::off: return logging::Level::off;
  }
  return logging::Level::info;
}

void set_log(const site::LogOptions& options) {
  logging::set_level(level_of(options.level));
  logging::set_format(options.format == site::LogFormat::json ? logging::Format::json : logging::Format::text);
}

class BannerValues final : public templates::Values {
 public:
  explicit BannerValues(std::uint16_t port) : port_(std::to_string(port)) {}
  templates::Value get(const templates::Placeholder&) const override { return templates::Value::literal_of(port_); }

 private:
  std::string port_;
};

/// Programs that read JSON have no use for colours.
bool wants_colour(const site::LogOptions& options) {
  return ::isatty(STDERR_FILENO) != 0 && options.format != site::LogFormat::json;
}

/// The first error as `file:line: message`, for a status line.
std::string first_error(const config::Diagnostics& diagnostics) {
  for (const auto& found : diagnostics.all()) {
    if (found.severity != config::Severity::error) continue;
    if (found.span.file >= diagnostics.sources.size()) return found.message;
    return diagnostics.sources[found.span.file].path + ":" + std::to_string(found.span.line) + ": " + found.message;
  }
  return "unknown reason";
}

bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// What is watched after `sources` were read, which may have failed: then what is mended next may be a file that the
/// running configuration does not know. Nothing could be read when the main file is gone: `before` stays.
ConfigWatch::Watched read_files(const config::Sources& sources, ConfigWatch::Watched before) {
  if (sources.empty()) return before;
  ConfigWatch::Watched now;
  for (const auto& source : sources) {
    now.files.push_back(std::filesystem::absolute(source.path).lexically_normal().string());
    now.patterns.insert(now.patterns.end(), source.includes.begin(), source.includes.end());
  }
  return now;
}

bool serves_nothing(const site::Site& site) { return site.endpoints.empty() && site.echoes.empty(); }

/// Editors empty a file before they write it, and disks are full: what is probably not what the user wants to run next.
std::string why_not_complete(const site::Site& now, const site::Site& next) {
  if (serves_nothing(next) && !serves_nothing(now)) return "the new configuration serves nothing";
  auto has = [](const std::vector<std::string>& files, const std::string& file) {
    return std::ranges::find(files, file) != files.end();
  };
  auto emptied =
      std::ranges::find_if(next.blank, [&](const auto& file) { return has(now.files, file) && !has(now.blank, file); });
  return emptied == next.blank.end() ? "" : "the file " + *emptied + " is empty now";
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
    line.render(BannerValues(first_port_), text);
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
  logging::warning("a file system does not answer: not waiting for it");
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

void Daemon::reload() {
  if (draining_) return;
  if (std::exchange(loading_, true)) {
    load_again_ = true;
    return;
  }
  notifier_.reloading();
  struct Loaded {
    config::Diagnostics diagnostics;
    std::shared_ptr<const site::Site> site;
  };
  auto loaded = std::make_shared<Loaded>();
  auto old_mounts = files::FileCache::last_owner();
  jobs_.run([this, loaded] { loaded->site = load_(loaded->diagnostics); },
            [this, loaded, old_mounts] { on_loaded(std::move(loaded->site), loaded->diagnostics, old_mounts); });
}

void Daemon::on_loaded(std::shared_ptr<const site::Site> next, config::Diagnostics& diagnostics,
                       std::uint64_t old_mounts) {
  if (draining_) return;
  watched_ = read_files(diagnostics.sources, std::move(watched_));
  if (config_watch_) config_watch_->note_new();
  if (!diagnostics.all().empty()) {
    diagnostics.sort();
    logging::block(next ? logging::Level::warning : logging::Level::error,
                   "reload:\n" + config::render(diagnostics, config::Format::human, wants_colour(site_->log)));
  }
  if (!next) return reload_failed(first_error(diagnostics));
  if (auto why = why_not_complete(*site_, *next); !why.empty()) {
    logging::error("reload: " + why + ". Restart the server if this is intended");
    return reload_failed(why);
  }
  take(std::move(next), old_mounts);
}

void Daemon::end_reload() {
  loading_ = false;
  if (std::exchange(load_again_, false)) reload();
}

void Daemon::free_retired() {
  // A count of one is that of retired_ itself, and nobody can raise it again.
  auto unused = std::ranges::partition(retired_, [](const auto& site) { return site.use_count() > 1; });
  if (unused.empty()) return;
  std::vector<std::shared_ptr<const site::Site>> last(std::make_move_iterator(unused.begin()),
                                                      std::make_move_iterator(unused.end()));
  retired_.erase(unused.begin(), unused.end());
  jobs_.run([last = std::move(last)]() mutable { last.clear(); }, [] {});
}

void Daemon::reload_failed(const std::string& why) {
  site::ProcessState::get().note_reload(false, "failed: " + why);
  logging::error("reload failed: the running configuration stays in force");
  notifier_.ready("Reload failed: " + why + ". " + serving() + " as before");
  end_reload();
}

void Daemon::take(std::shared_ptr<const site::Site> next, std::uint64_t old_mounts) {
  auto opened = open_missing(*next, workers_.size());
  if (!opened) {
    logging::error(opened.error().message);
    return reload_failed(opened.error().message);
  }
  const auto& access = next->log.access.to;
  // "off" waits until no worker has lines for the old place (reloaded()).
  if (int error = next->log.access.wanted() ? access_.set(access) : 0) {
    auto trouble = access_log_trouble(access, error);
    logging::error(trouble);
    if (access != site_->log.access.to) return reload_failed(trouble);
  }
  site::end_leases(*site_, *next);
  retired_.push_back(std::exchange(site_, std::move(next)));
  set_log(site_->log);
  auto removed = adopt(*site_, *opened);
  for (std::size_t i = 0; i < workers_.size(); ++i)
    workers_[i]->reload(site_, take_sockets(*opened, i), removed, old_mounts);
  apply_limits();
  // Told once every worker serves it: who has read that it is reloaded must not meet the old configuration.
  auto missing = std::make_shared<std::size_t>(workers_.size());
  for (auto& worker : workers_)
    worker->ping([this, missing] {
      loop_.post([this, missing] {
        if (--*missing == 0) reloaded();
      });
    });
}

void Daemon::reloaded() {
  if (draining_) return;
  if (!site_->log.access.wanted()) access_.set("off");
  site::ProcessState::get().note_reload(true, "good");
  logging::info("reloaded: " + std::to_string(site_->endpoints.size()) +
                " routes, directories and WebSocket endpoints");
  auto waits = waits_for_restart();
  if (!waits.empty()) logging::warning("reload: " + waits);
  notifier_.ready(serving() + (waits.empty() ? "" : ". " + waits));
  end_reload();
}

void Daemon::drain() {
  draining_ = true;
  if (!succeeded_) takeover_.reset();  // a new process that does not serve yet is not to outlive this one
  site::ProcessState::get().draining = true;
  logging::info("stopping: no new connections, requests in flight are finished");
  auto limit = site_->server.shutdown_timeout;
  if (!succeeded_) notifier_.stopping("Finishing requests in flight", limit + std::chrono::seconds(5));
  drain_limit_ = std::make_unique<net::Timer>(loop_, limit, [this] {
    logging::warning("server.shutdown_timeout has passed: connections that remain are dropped");
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
