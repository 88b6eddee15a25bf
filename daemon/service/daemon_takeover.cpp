/// How the daemon lets a new process take over (SIGUSR2).

#include <memory>
#include <string>
#include <utility>

#include "logging/log.hpp"
#include "service/daemon.hpp"
#include "service/system/takeover.hpp"

namespace sluice::service {

void Daemon::begin_takeover() {
  if (draining_) return;
  if (std::exchange(taking_over_, true)) return logging::warning("a new process is starting already");
  auto sockets = in_use_;
  for (const auto& socket : inherited_.all()) sockets.push_back({{}, socket.name, socket.fd.get()});
  logging::info("starting a new process, which takes over");
  notifier_.status("Starting a new process, which takes over");
  auto failed = [this](const std::string& why) {
    logging::error("nothing is taken over: " + why + "; this process goes on");
    notifier_.status("Upgrade failed: " + why + ". " + serving() + " as before");
    loop_.post([this] {
      takeover_.reset();
      taking_over_ = false;
    });
  };
  takeover_ =
      std::make_unique<Takeover>(loop_, std::move(sockets), notifier_.name(),
                                 Takeover::Outcome{[this](pid_t successor) { succeeded_by(successor); }, failed});
}

void Daemon::succeeded_by(pid_t successor) {
  if (draining_) return;
  logging::info("process " + std::to_string(successor) + " serves from now on; this one finishes what it has begun");
  notifier_.hand_over(successor);
  succeeded_ = true;
  drain();
}

}  // namespace sluice::service
