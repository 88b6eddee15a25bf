#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/exchange.hpp"
#include "templates/template.hpp"

namespace sluice::files {

/// What is wrong with `name`, the path of an upload below its folder, in words for the client; empty when nothing is.
/// Refused are empty parts, `.` and `..`, names that begin with a dot, control characters, and what no file system
/// takes.
std::string_view fault_of_name(std::string_view name);

/// The names of the uploads of a route, such as "{user}/{name}". Immutable.
class UploadName {
 public:
  /// `folder` bytes of what `path` gives are the folder, with the slash at its end.
  UploadName(templates::Template path, std::size_t folder) : path_(std::move(path)), folder_(folder) {}

  /// The path below the folder that a request asks for, or why there is none. It is made of parts of at most one value
  /// each, but for the value of `{rest...}`, in which slashes separate parts.
  Result<std::string> of(http::Exchange& exchange) const;

 private:
  templates::Template path_;
  std::size_t folder_;
};

}  // namespace sluice::files
