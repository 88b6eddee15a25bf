#pragma once

#include <span>
#include <string_view>

#include "http/method.hpp"
#include "templates/value.hpp"

namespace sluice::site {

struct Endpoint;

/// A path parameter as a request gives it.
struct PathText {
  bool present = false;   // false: the pattern that matched does not have this parameter
  std::string_view text;  // decoded; of {rest...}: segments with slashes between them
  std::string_view raw;   // as it stands in the target
};

/// What routing found for an exchange. Lies in the exchange's arena; `exchange.matched` points to it.
struct Match {
  const Endpoint* endpoint = nullptr;
  std::span<const PathText> path;  // by index of Parameters::path
  std::string_view rest;           // of a mount: what follows it in the raw path, empty or "/…"
  /// Methods that routes for this path would have served, and with which this request did not come. A mount
  /// that has nothing to serve may answer 405 with them.
  http::MethodSet others;

  // The converted values, by index of Parameters; filled by bind_parameters(), empty before.
  std::span<const templates::Value> path_values;
  std::span<const templates::Value> query_values;
};

}  // namespace sluice::site
