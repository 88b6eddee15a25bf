#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "config/toml/document.hpp"
#include "net/socket/admission.hpp"

namespace sluice::site {

class Site;

/// The time for which an endpoint stays the same, over any number of reloads: connections that outlive their
/// exchange (WebSockets, event streams) end with it. Two sites whose endpoints say the same share one. Used
/// by all threads.
class Lease {
 public:
  /// That of the endpoint which `declaration` declares.
  static std::shared_ptr<Lease> of(const config::Declaration& declaration);

  /// The endpoint is gone from the configuration, or says something else now.
  bool over() const { return over_.load(std::memory_order_relaxed); }

  std::atomic<std::uint32_t> connections{0};  // open ones, where they are limited
  net::Admission addresses;                   // the same for each address

 private:
  friend void end_leases(const Site& before, const Site& now);
  std::atomic<bool> over_{false};
};

/// Ends the leases of `before` that do not go on in `now`.
void end_leases(const Site& before, const Site& now);

}  // namespace sluice::site
