#pragma once

#include <functional>
#include <string>

#include "site/builder.hpp"

/// What [metrics], [health] and [status] have in common: a path, and a body that is made anew for each request.
namespace sluice::handlers {

struct ReportOptions {
  config::Located<std::string> path;
};

/// One answer of such a section.
struct Report {
  std::string content_type;
  std::function<std::string()> body;
  std::function<http::Status()> status;  // empty: always 200
};

/// Adds an endpoint for GET requests of `path`. Its answers are never stored by caches, and its requests are not in the
/// access log.
void add_report(site::Builder& builder, const std::string& section, const config::Declaration& declaration,
                const config::Located<std::string>& path, Report report);

}  // namespace sluice::handlers
