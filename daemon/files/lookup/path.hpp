#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/target/path.hpp"

namespace sluice::files {

/// Where below a root a request path leads.
struct FilePath {
  std::string relative;    // "a/b.html", "" for the root; never begins or ends with a slash
  bool directory = false;  // the request path ends with a slash
};

/// The file that the segments of a request path name, or nothing where no file can be meant: empty segments, "." and
/// "..", a slash or NUL that came escaped, and, unless `hidden` is set, names that begin with a dot, of which only
/// ".well-known" (RFC 8615) is served.
std::optional<FilePath> to_file_path(const http::SplitPath& path, bool hidden);

/// Why a path that to_file_path() refuses names no file, in words that follow "for". Paths with empty segments are
/// redirected before and have no words of their own.
std::string why_no_file(const http::SplitPath& path);

}  // namespace sluice::files
