#include "files/lookup/path.hpp"

namespace sluice::files {

namespace {

bool is_servable(std::string_view segment, bool hidden) {
  if (segment.empty() || segment == "." || segment == "..") return false;
  return hidden || segment.front() != '.' || segment == ".well-known";
}

}  // namespace

std::optional<FilePath> to_file_path(const http::SplitPath& path, bool hidden) {
  if (path.fault == http::PathFault::bad_escape || path.has_nul || path.has_slash) return std::nullopt;
  FilePath found;
  auto segments = path.segments;
  if (segments.empty() || segments.back().empty()) {
    found.directory = true;
    if (!segments.empty()) segments = segments.first(segments.size() - 1);
  }
  for (auto segment : segments) {
    if (!is_servable(segment, hidden)) return std::nullopt;
    if (!found.relative.empty()) found.relative += '/';
    found.relative += segment;
  }
  return found;
}

std::string why_no_file(const http::SplitPath& path) {
  if (path.fault == http::PathFault::bad_escape) return "a `%` of the path has no two hexadecimal digits behind it";
  if (path.has_nul) return "no name of a file holds a NUL, written `%00`";
  if (path.has_slash) return "no name of a file holds a slash, written `%2F`";
  for (auto segment : path.segments) {
    if (segment == "." || segment == "..") return "`.` and `..` are not followed";
    if (!is_servable(segment, false) && !segment.empty())
      return "`" + std::string(segment) + "` begins with a dot, and without `hidden = true` such names are not served";
  }
  return "such names are not served";
}

}  // namespace sluice::files
