#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/rate.hpp"
#include "config/fields/fields.hpp"
#include "config/toml/document.hpp"
#include "net/socket/address.hpp"

namespace sluice::echo {

/// Where an echo service listens: "tcp://127.0.0.1:7007", "udp://[::1]:7".
struct ListenAddress {
  net::Endpoint endpoint;
  bool datagrams = false;  // UDP
};

/// One [[echo]].
struct Echo {
  config::Located<ListenAddress> listen;
  std::chrono::milliseconds idle{};  // TCP: a connection on which nothing arrives for so long is closed
  Rate rate{20};                     // UDP: so many datagrams of one address are answered
};

Result<ListenAddress> parse_listen_address(const std::string& text);

using Echoes = std::vector<Echo>;

/// All [[echo]] sections of a configuration. What is wrong is reported.
Echoes read_echoes(const config::Document& document, config::Reading& reading);

}  // namespace sluice::echo
