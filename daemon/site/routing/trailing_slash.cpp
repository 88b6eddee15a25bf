#include "site/routing/trailing_slash.hpp"

namespace sluice::site {

config::Type<TrailingSlash> trailing_slash() {
  return config::one_of<TrailingSlash>(
      {{"redirect", TrailingSlash::redirect}, {"ignore", TrailingSlash::ignore}, {"strict", TrailingSlash::strict}});
}

}  // namespace sluice::site
