#pragma once

#include <expected>
#include <string>
#include <vector>

#include "net/socket.hpp"
#include "service/worker.hpp"
#include "site/site.hpp"

namespace sluice::service {

/// The sockets of a configuration, opened before any worker starts.
struct OpenSockets {
  std::vector<std::vector<WorkerSocket>> of_worker;  // by worker
  std::vector<std::string> http;                     // addresses that were bound: "http://127.0.0.1:8080"
  std::vector<std::string> echo;                     // "tcp://127.0.0.1:7007"
  std::uint16_t first_port = 0;                      // of the first HTTP listener, for the banner
};

/// Opens every listener of `site` once for each of `workers` (SO_REUSEPORT, so that the kernel spreads connections). On
/// failure everything that was opened is closed again.
std::expected<OpenSockets, net::ListenError> open_sockets(const site::Site& site, std::size_t workers);

}  // namespace sluice::service
