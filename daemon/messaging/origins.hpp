#pragma once

#include <string>
#include <vector>

#include "config/fields/fields.hpp"
#include "http/fields/origin.hpp"

/// The keys `origins`: which web pages may do something.
namespace sluice::messaging {

/// "same", "any", or an origin, perhaps with "*." before its host.
config::Type<std::string> origin();
http::OriginPolicy origin_policy(const std::vector<config::Located<std::string>>& origins);

}  // namespace sluice::messaging
