#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.hpp"
#include "site/handler.hpp"
#include "site/template.hpp"

namespace sluice::handlers {

/// Header fields, in the order in which they are sent.
using FieldList = std::vector<std::pair<std::string, std::string>>;

/// The header fields that the config adds to files: constant ones become part of the fields that are kept
/// with a file, those with placeholders are rendered for each request. Immutable, part of a handler.
class FileHeaders {
 public:
  FileHeaders() = default;
  /// Unknown placeholders are reported.
  FileHeaders(const std::vector<site::HeaderTemplate>& configured, const site::Scope& scope,
              config::Diagnostics& diagnostics);

  /// Whether none is rendered for each request.
  bool constant() const { return dynamic_.empty(); }
  /// Puts the constant fields into `own`, and takes away those of the same names.
  void merge_into(FieldList& own) const;
  /// Puts all of them into a response that has none of the fields kept with a file, in place of those of the
  /// same names.
  void apply(http::Exchange& exchange, http::Response& response) const;
  /// Adds the others to a response; they lie in the exchange's arena.
  void render(http::Exchange& exchange, http::Response& response) const;

 private:
  struct Dynamic {
    std::string name;
    site::Template value;
  };
  FieldList constant_;
  std::vector<Dynamic> dynamic_;
};

}  // namespace sluice::handlers
