#include "service/daemon.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/log.hpp"
#include "base/user_lines.hpp"
#include "config/diagnostics.hpp"

namespace sluice::service {

namespace {

std::size_t worker_count(const site::Site& site) {
  if (site.server.workers > 0) return static_cast<std::size_t>(site.server.workers);
  return std::max<std::size_t>(1, uv_available_parallelism());
}

/// Every connection is a descriptor: take as many as the system grants.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

log::Level level_of(site::LogLevel level) {
  switch (level) {
    case site::LogLevel::debug:
      return log::Level::debug;
    case site::LogLevel::info:
      return log::Level::info;
    case site::LogLevel::warning:
      return log::Level::warning;
    case site::LogLevel::error:
      return log::Level::error;
    case site::LogLevel::off:
      return log::Level::off;
  }
  return log::Level::info;
}

class BannerValues final : public site::Values {
 public:
  explicit BannerValues(std::uint16_t port) : port_(std::to_string(port)) {}
  site::Value get(const site::Placeholder&) const override { return site::Value::literal_of(port_); }

 private:
  std::string port_;
};

bool same_listeners(const site::Site& a, const site::Site& b) {
  auto same = [](const auto& x, const auto& y) { return x->text == y->text; };
  return std::equal(a.server.listen.begin(), a.server.listen.end(), b.server.listen.begin(), b.server.listen.end(), same);
}

bool is_file(const site::AccessLogOptions& access) {
  return access.to != "off" && access.to != "stdout";
}

/// The same but for the name of the file.
bool same_access_log(const site::Site& a, const site::Site& b) {
  const auto& one = a.log.access;
  const auto& other = b.log.access;
  return one.format == other.format && (one.to == other.to || (is_file(one) && is_file(other)));
}

int open_to_append(const std::string& name) {
  return ::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

}  // namespace

Daemon::Daemon(std::shared_ptr<const site::Site> site, LoadSite load) : site_(std::move(site)), load_(std::move(load)) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error code, not the end of the daemon
  log::set_level(level_of(site_->log.level));
}

Daemon::~Daemon() {
  workers_.clear();
  if (access_fd_ > STDERR_FILENO) ::close(access_fd_);
}

bool Daemon::open_access_log() {
  const auto& to = site_->log.access.to;
  if (to == "off") return true;
  access_fd_ = to == "stdout" ? STDOUT_FILENO : open_to_append(to);
  return access_fd_ >= 0;
}

void Daemon::reopen_access_log() {
  if (access_fd_ <= STDERR_FILENO || !is_file(site_->log.access)) return;
  const auto& to = site_->log.access.to;
  int fresh = open_to_append(to);
  if (fresh < 0) return log::warning("cannot write the access log " + to + ": " + std::strerror(errno));
  ::dup3(fresh, access_fd_, O_CLOEXEC);
  ::close(fresh);
}

std::expected<void, net::ListenError> Daemon::listen() {
  raise_descriptor_limit();
  auto workers = worker_count(*site_);
  auto sockets = open_sockets(*site_, workers);
  if (!sockets) return std::unexpected(sockets.error());
  if (!open_access_log())
    return std::unexpected(net::ListenError{
        errno, "cannot write the access log " + site_->log.access.to + ": " + std::strerror(errno)});
  sockets_ = std::move(*sockets);
  for (auto& own : sockets_.of_worker)
    workers_.push_back(std::make_unique<Worker>(site_, workers, access_fd_, std::move(own)));
  return {};
}

void Daemon::announce() const {
  for (const auto& address : sockets_.http) log::info("listening on " + address);
  for (const auto& address : sockets_.echo) log::info("listening on " + address);
  for (const auto& line : site_->banner) {
    std::string text;
    line.render(BannerValues(sockets_.first_port), text);
    user_lines::add(text);
  }
  user_lines::flush();
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
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) watch(signal);
  for (auto& worker : workers_) worker->start();
  announce();
  loop_.run();
  for (auto& worker : workers_) worker->join();
  signals_.clear();
  log::info("stopped");
  return 0;
}

void Daemon::on_signal(int signal) {
  if (signal == SIGHUP) return reload();
  if (draining_) {
    log::warning("stopping at once");
    return stop();
  }
  drain();
}

void Daemon::reload() {
  if (draining_) return;
  config::Diagnostics diagnostics;
  auto next = load_(diagnostics);
  if (!diagnostics.all().empty()) {
    diagnostics.sort();
    log::block(next ? log::Level::warning : log::Level::error,
               "reload:\n" + config::render(diagnostics, config::Format::human, ::isatty(STDERR_FILENO) != 0));
  }
  if (!next) return log::error("reload failed: the running configuration stays in force");
  if (!same_listeners(*site_, *next) || worker_count(*site_) != worker_count(*next))
    log::warning("reload: changes of `listen` and `workers` take effect after a restart");
  if (!same_access_log(*site_, *next))
    log::warning("reload: whether there is an access log and its format change after a restart");
  site_ = std::move(next);
  log::set_level(level_of(site_->log.level));
  reopen_access_log();
  for (auto& worker : workers_) worker->reload(site_);
  log::info("reloaded: " + std::to_string(site_->endpoints.size()) + " routes, mounts and endpoints");
}

void Daemon::drain() {
  draining_ = true;
  log::info("stopping: no new connections, requests in flight are finished");
  auto limit = site_->server.shutdown_timeout;
  drain_limit_ = std::make_unique<net::Timer>(loop_, limit, [this] {
    log::warning("server.shutdown_timeout has passed: connections that remain are dropped");
    stop();
  });
  for (auto& worker : workers_) {
    worker->drain([this] {
      loop_.post([this] {
        if (++drained_ == workers_.size()) stop();
      });
    });
  }
}

void Daemon::stop() {
  drain_limit_.reset();
  for (auto& worker : workers_) worker->stop();
  loop_.stop();
}

}  // namespace sluice::service
