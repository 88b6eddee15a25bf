#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/exchange.hpp"
#include "templates/template.hpp"

namespace sluice::files {

/// Says what is wrong with `name`, the path of an upload below its folder, in a text for the client; empty if it is
/// valid. Invalid are empty parts, `.` and `..`, a leading dot, control characters, and parts too long for a file
/// system.
std::string_view fault_of_name(std::string_view name);

/// The names of the uploads of a route, such as "{user}/{name}". Immutable.
class UploadName {
 public:
  /// The first `folder` bytes of each rendered `path` are the folder, including its last slash.
  UploadName(templates::Template path, std::size_t folder) : path_(std::move(path)), folder_(folder) {}

  /// The path below the folder for this request, or an error text for the client. Only the value of `{rest...}` may
  /// contain slashes, which separate folders.
  Result<std::string> of(http::Exchange& exchange) const;

 private:
  templates::Template path_;
  std::size_t folder_;
};

}  // namespace sluice::files
