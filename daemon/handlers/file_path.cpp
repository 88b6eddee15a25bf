#include "handlers/file_path.hpp"

namespace sluice::handlers {

namespace {

bool is_servable(std::string_view segment, bool hidden) {
  if (segment.empty() || segment == "." || segment == "..") return false;
  return hidden || segment.front() != '.' || segment == ".well-known";
}

}  // namespace

std::optional<FilePath> to_file_path(const http::SplitPath& path, bool hidden) {
  if (path.fault != http::PathFault::none || path.has_nul || path.has_slash) return std::nullopt;
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

}  // namespace sluice::handlers
