#pragma once

#include <optional>
#include <vector>

#include "config/fields/fields.hpp"
#include "net/socket/network.hpp"

namespace sluice::site {

/// Addresses as a key has them. Nothing: the key is absent, or `false`, which lifts the server's.
struct NetworkList {
  bool lifted = false;
  net::Networks networks;
};

/// One address, block or word, or a list of them; `false` gives a list that is lifted.
config::Type<NetworkList> network_list();

}  // namespace sluice::site
