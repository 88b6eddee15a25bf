#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.hpp"
#include "site/handler.hpp"
#include "templates/template.hpp"

namespace sluice::files {

/// Header fields, in the order in which they are sent.
using FieldList = std::vector<std::pair<std::string, std::string>>;

/// Why `name` cannot have one value for all files, and what there is instead; empty where it can.
std::string_view why_of_each_file(std::string_view name);

/// Takes out of `headers` what outer levels say of every response and each file says itself, with a warning at its
/// place. What `own`, the table of the endpoint itself or null, says stays.
void leave_to_files(std::vector<site::HeaderTemplate>& headers, const config::Value* own,
                    config::Diagnostics& diagnostics);

/// The header fields that the config adds to files: constant ones become part of the fields that are kept
/// with a file, those with placeholders are rendered for each request. Immutable, part of a handler.
class FileHeaders {
 public:
  FileHeaders() = default;
  /// Unknown placeholders are reported.
  FileHeaders(const std::vector<site::HeaderTemplate>& configured, const templates::Scope& scope,
              config::Diagnostics& diagnostics);
  /// Files have no field of this name, unless the config gives it a value.
  void leave_out(std::string name) { left_out_.push_back(std::move(name)); }

  /// Whether none is rendered for each request.
  bool constant() const { return dynamic_.empty(); }
  /// Whether the field of this name is rendered for each request.
  bool renders(std::string_view name) const;
  /// Puts the constant fields into `own`, and takes away those of the same names and those to leave out.
  void merge_into(FieldList& own) const;
  /// Puts all of them into a response that has none of the fields kept with a file, in place of those of the
  /// same names; Vary gets longer.
  void apply(http::Exchange& exchange, http::Response& response) const { put_into(exchange, response, true); }
  /// The same for an error or a redirection, but for the fields with which the config speaks of files and of their
  /// content.
  void apply_to_other(http::Exchange& exchange, http::Response& response) const { put_into(exchange, response, false); }
  /// Adds the others to a response with a file; they lie in the exchange's arena. Without `cache_control` that one is
  /// left out.
  void render(http::Exchange& exchange, http::Response& response, bool cache_control) const;

 private:
  struct Dynamic {
    std::string name;
    templates::Template value;
  };
  void put_into(http::Exchange& exchange, http::Response& response, bool of_file) const;

  FieldList constant_;
  std::vector<Dynamic> dynamic_;
  std::vector<std::string> left_out_;
};

}  // namespace sluice::files
