#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/fields/fields.hpp"
#include "net/socket/network.hpp"

namespace sluice::site {

/// Addresses as a key has them. Nothing: the key is absent, or `false`, which lifts the server's.
struct NetworkList {
  bool lifted = false;
  net::Networks networks;
};

/// One address, block or word, or a list of them; `false` gives a list that is lifted. An empty list gets a warning
/// that says `when_empty`, unless that is empty, too.
config::Type<NetworkList> network_list(std::string when_empty = {});

}  // namespace sluice::site
