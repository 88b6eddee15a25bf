#include "messaging/origins.hpp"

namespace sluice::messaging {
namespace {

Result<std::string> check_origin(const std::string& text) {
  if (text == "any" || text == "same" || http::is_origin_pattern(text)) return text;
  if (text == "*" || text == "all") return fail("every origin is written \"any\"");
  if (text == "self") return fail("the origin of the site itself is written \"same\"");
  if (text.find("://") == std::string::npos) return fail("an origin begins with a scheme: \"https://" + text + "\"");
  return fail("`" + text + "` is no origin: scheme, host and perhaps a port, nothing else");
}

}  // namespace

config::Type<std::string> origin() {
  return config::parsed<std::string>("origin", "same | any | https://HOST | https://*.HOST", "bad-origin",
                                     check_origin);
}

http::OriginPolicy origin_policy(const std::vector<config::Located<std::string>>& origins) {
  http::OriginPolicy policy{false, false, {}};
  for (const auto& origin : origins) {
    if (*origin == "any") {
      policy.any = true;
    } else if (*origin == "same") {
      policy.same_host = true;
    } else {
      policy.allowed.push_back(*origin);
    }
  }
  return policy;
}

}  // namespace sluice::messaging
