#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"

namespace sluice::service {

/// Tells the service manager how the daemon is: the protocol of sd_notify(3), datagrams of assignments to the socket
/// that NOTIFY_SOCKET names. Without one it says nothing. Never waits: a message for which the manager has no room is
/// lost.
class Notifier {
 public:
  /// `socket`: an absolute path, or "@name" for an abstract one; null or anything else: nobody listens.
  explicit Notifier(const char* socket);
  /// For the socket of the environment; the variable is removed, so that no child speaks for the daemon.
  static Notifier from_environment();

  bool enabled() const { return static_cast<bool>(socket_); }
  /// What the environment said, for a process that follows this one; empty without a manager.
  const std::string& name() const { return name_; }

  /// Start or reload is finished; `status` says what is served, or why a reload failed.
  void ready(std::string_view status) const;
  /// A reload begins. With the time by which Type=notify-reload (systemd 253) matches it to its signal.
  void reloading() const;
  /// The end begins and may take up to `drain` from now, which the manager is asked to allow.
  void stopping(std::string_view status, std::chrono::microseconds drain) const;
  void status(std::string_view status) const;
  /// From now on `successor` is the service's main process, and the one that the manager listens to.
  void hand_over(pid_t successor) const;
  void alive() const;

 private:
  void send(const std::string& assignments) const;

  std::string name_;
  FileDescriptor socket_;
};

/// The interval in which the manager wants a sign of life (WATCHDOG_USEC), if it wants any from this process
/// (WATCHDOG_PID).
std::optional<std::chrono::microseconds> watchdog_interval(const char* microseconds, const char* pid);

/// Gives signs of life twice an interval, but only while every party turns: each is asked, and only when all have
/// answered is the manager told. Owned by the control thread, used by it alone.
class Watchdog {
 public:
  /// Asks one party; it must let `answer` be called, from any thread, soon.
  using Ask = std::function<void(std::function<void()> answer)>;

  Watchdog(net::Loop& loop, std::chrono::microseconds interval, std::vector<Ask> parties, std::function<void()> alive);

  /// Begins a round, unless one is still open. Called by the timer.
  void ask();

 private:
  void answered();

  net::Loop& loop_;
  std::vector<Ask> parties_;
  std::function<void()> alive_;
  std::size_t missing_ = 0;
  net::UvHandle<uv_timer_t> timer_;
};

}  // namespace sluice::service
