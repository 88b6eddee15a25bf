#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/toml/value.hpp"

namespace sluice::config {

/// Values from outside that nobody may see: of ${cred:NAME} and ${file:NAME}. Whatever is shown of a configuration is
/// shown without them.
class Secrets {
 public:
  /// `where` is the string of the configuration that holds the value.
  void add(std::string value, Span where);

  /// `text` with … in place of each secret.
  std::string hide(std::string text) const;
  /// The same for a finding about what stands at `where`, which may name pieces of a secret that stands there.
  std::string hide(std::string text, Span where) const;

 private:
  struct Secret {
    std::string value;
    Span where;
  };
  std::vector<Secret> all_;
};

}  // namespace sluice::config
