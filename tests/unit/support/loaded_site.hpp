#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "config/findings/diagnostics.hpp"
#include "site/site.hpp"

namespace sluice::test {

/// The site of a configuration without a mistake.
inline std::shared_ptr<const site::Site> site_of(const std::string& text) {
  config::Diagnostics diagnostics;
  auto site = site::load_text("sluice.toml", text, diagnostics);
  REQUIRE(site);
  return site;
}

}  // namespace sluice::test
