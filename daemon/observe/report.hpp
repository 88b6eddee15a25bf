#pragma once

#include <functional>
#include <optional>
#include <string>

#include "site/builder.hpp"
#include "site/settings/listeners.hpp"

/// What [metrics], [health] and [status] have in common: a path, and a body that is made anew for each request.
namespace sluice::observe {

using OwnAddress = std::optional<config::Located<net::Endpoint>>;

struct ReportOptions {
  config::Located<std::string> path;
  OwnAddress listen;
};

/// The key `listen` that these sections have.
template <class Options>
config::Field listen_field(OwnAddress Options::* member) {
  return config::field("listen", member, site::listen_address())
      .doc(
          "A listener for this section alone, or for several that name the same: the address then serves nothing else, "
          "and "
          "the addresses of the server do not serve this. It answers for every host.")
      .example("\"127.0.0.1:9100\"");
}

/// One answer of such a section.
struct Report {
  std::string content_type;
  std::function<std::string()> body;
  std::function<http::Status()> status;  // empty: always 200
  bool live = false;                     // the response does not end: `body`, one line, is an event every second
};

/// Adds an endpoint for GET requests of `path`. Its answers are never stored by caches, and its requests are not in the
/// access log. `listen` as listen_field() reads it.
void add_report(site::Builder& builder, const std::string& section, const config::Declaration& declaration,
                const config::Located<std::string>& path, const OwnAddress& listen, Report report);

}  // namespace sluice::observe
