#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "config/toml/document.hpp"
#include "net/socket/admission.hpp"

namespace sluice::site {

class Site;

/// Shows whether an endpoint is still in the configuration. Connections that outlive their exchange (WebSockets, event
/// streams) end when it is over. If a reload does not change an endpoint, the old and the new Site share one lease.
/// Used by all threads.
class Lease {
 public:
  /// The lease of the endpoint that `declaration` declares.
  static std::shared_ptr<Lease> of(const config::Declaration& declaration);

  /// The endpoint was removed from the configuration, or was changed.
  bool over() const { return over_.load(std::memory_order_relaxed); }

  std::atomic<std::uint32_t> connections{0};  // open ones, where they are limited
  net::Admission addresses;                   // the same for each address

 private:
  friend void end_leases(const Site& before, const Site& now);
  std::atomic<bool> over_{false};
};

/// Ends the leases of `before` that `now` does not use.
void end_leases(const Site& before, const Site& now);

}  // namespace sluice::site
