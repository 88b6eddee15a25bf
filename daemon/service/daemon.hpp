#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"
#include "net/loop/timer.hpp"
#include "service/config_watch.hpp"
#include "service/job_thread.hpp"
#include "service/logs/access_target.hpp"
#include "service/system/memory_watch.hpp"
#include "service/system/notify.hpp"
#include "service/system/pid_file.hpp"
#include "service/system/sockets.hpp"
#include "service/system/takeover.hpp"
#include "service/worker.hpp"
#include "site/site.hpp"

namespace sluice::service {

/// How to read the configuration, now and at every reload.
using LoadSite = std::function<std::shared_ptr<const site::Site>(config::Diagnostics&)>;

/// The running daemon: starts the workers, waits for signals, reloads, drains. Lives in the main thread, whose loop
/// serves nobody.
class Daemon {
 public:
  Daemon(std::shared_ptr<const site::Site> site, LoadSite load);
  ~Daemon();

  /// Listens on everything that the site names. Called once.
  std::expected<void, net::ListenError> listen();
  /// Reloads by itself when a config file changes. Before run().
  void watch_files();
  /// Serves until a signal ends it: SIGTERM or SIGINT drain, a second one ends at once, SIGHUP reloads (or drains,
  /// without a file to read), SIGUSR1 opens
  /// the logs anew, SIGUSR2 starts the program anew, which takes over. Returns the exit code.
  int run();

 private:
  using Signal = net::UvHandle<uv_signal_t>;

  void announce();
  void apply_limits();
  void shed();
  void on_memory(MemoryWatch::Level level);
  void start_watchdog();
  /// What is served, in one line, for the service manager.
  std::string serving() const;
  std::string waits_for_restart() const;
  void watch(int signal);
  void on_signal(int signal);
  /// Reads the configuration in the thread for jobs; on_loaded() goes on here.
  void reload();
  /// `old_mounts`: FileCache::last_owner() before `next` was loaded.
  void on_loaded(std::shared_ptr<const site::Site> next, config::Diagnostics& diagnostics, std::uint64_t old_mounts);
  void take(std::shared_ptr<const site::Site> next, std::uint64_t old_mounts);
  /// Frees the sites that no worker uses any more, in the thread for jobs. Freeing 10,000 routes takes milliseconds,
  /// which would delay a worker's requests.
  void free_retired();
  /// Starts the program anew with the listening sockets, once all workers know that descriptors will be shared: they
  /// are from the fork until the new program runs.
  void begin_takeover();
  void succeeded_by(pid_t successor);
  void drain();
  void stop();
  [[noreturn]] void give_up_background_work();
  std::vector<WorkerSocket> take_sockets(std::vector<OpenListener>& opened, std::size_t worker);
  std::expected<std::vector<OpenListener>, net::ListenError> open_missing(const site::Site& site, std::size_t workers);
  std::vector<std::string> adopt(const site::Site& site, const std::vector<OpenListener>& opened);
  void reload_failed(const std::string& why);
  void reloaded();
  void end_reload();

  std::shared_ptr<const site::Site> site_;
  std::vector<std::shared_ptr<const site::Site>> retired_;  // replaced, and perhaps still in use by requests
  LoadSite load_;
  Notifier notifier_;
  InheritedSockets inherited_;
  Predecessor predecessor_;
  net::Loop loop_;
  std::vector<std::string> listeners_;            // keys of the listeners in use
  std::vector<HandedSocket> in_use_;              // the sockets that the workers have: theirs, and here only known
  std::map<std::string, std::string> addresses_;  // what was bound, by those keys
  std::vector<OpenListener> opened_;              // by listen(), until they are announced
  std::uint16_t first_port_ = 0;                  // of the first HTTP listener, for the banner
  rooms::Registry rooms_;
  AccessTarget access_;
  net::Admission admission_;
  std::size_t descriptors_ = 0;  // that the process may have
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Signal>> signals_;
  std::unique_ptr<Watchdog> watchdog_;
  std::unique_ptr<MemoryWatch> memory_;
  std::unique_ptr<ConfigWatch> config_watch_;
  ConfigWatch::Watched watched_;  // by config_watch_
  net::UvHandle<uv_timer_t> housekeeping_;
  PidFile pid_file_;
  std::unique_ptr<Takeover> takeover_;
  std::unique_ptr<net::Timer> drain_limit_;
  std::size_t drained_ = 0;
  bool loading_ = false;     // a configuration, in the thread for jobs
  bool load_again_ = false;  // asked for meanwhile
  bool taking_over_ = false;
  bool draining_ = false;
  bool succeeded_ = false;  // by another process
  JobThread jobs_{loop_};   // the last member: it ends before what it works on
};

}  // namespace sluice::service
