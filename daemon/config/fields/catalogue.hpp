#pragma once

#include <string>
#include <vector>

#include "config/fields/fields.hpp"

namespace sluice::config {

/// One key of the language, and where it is at home.
struct Entry {
  std::string path;    // "server.limits.header_bytes", "route.params.NAME.type"
  std::string header;  // of its table: "[server.limits]", "[[route]]"; empty at the top of a file
  std::string beside;  // the action key beside which it may stand; empty: it needs none, or is one itself
  const Field* field = nullptr;
};

/// Every key of every section, and those at the top of a file; tables before the keys inside them.
std::vector<Entry> catalogue();

/// The action key of a kind's table of keys: the one that excludes those of other kinds, or else the first.
/// Empty for an empty table.
std::string action_of(const std::vector<Field>& fields);

}  // namespace sluice::config
