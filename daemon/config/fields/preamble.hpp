#pragma once

#include <string>
#include <vector>

#include "config/fields/fields.hpp"

namespace sluice::config {

/// The keys at the top of a file, before its first table.
struct Preamble {
  std::vector<Located<std::string>> include;
  std::vector<Located<std::string>> hosts;
};
const Fields<Preamble>& preamble_fields();

}  // namespace sluice::config
