#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "site/request_values.hpp"

/// The values of placeholders in lines that no route writes: the banner and the access log.
namespace sluice::site {

/// The names in `[server] banner`: {port}. Its slot reads BannerValues.
templates::Scope banner_scope();

class BannerValues final : public templates::Values {
 public:
  /// `port` is that of the first listener.
  explicit BannerValues(std::uint16_t port) : port_(arena_.copy(std::to_string(port))) {}
  Arena& arena() const override { return arena_; }
  std::string_view port() const { return port_; }

 private:
  mutable Arena arena_{64};
  std::string_view port_;
};

/// The names in `[log.access] format`: those of a request, and what is known when it has ended. Its slots read
/// EndedValues.
templates::Scope access_scope();

/// The values of a request that has ended.
class EndedValues final : public RequestValues {
 public:
  EndedValues(http::Exchange& exchange, const http::Outcome& outcome, std::int64_t microseconds)
      : RequestValues(exchange), outcome_(outcome), microseconds_(microseconds) {}
  const http::Outcome& outcome() const { return outcome_; }
  std::int64_t microseconds() const { return microseconds_; }

 private:
  const http::Outcome& outcome_;
  std::int64_t microseconds_;
};

/// The status that the access log shows.
http::Status logged_status(const http::Outcome& outcome);
std::string_view version_name(http::Version version);

}  // namespace sluice::site
