#include "observe/report.hpp"
#include "observe/status_page.hpp"

/// `[status]`: a page that shows how the server does.
namespace sluice::observe {
namespace {

const config::Fields<ReportOptions>& fields() {
  static const config::Fields<ReportOptions> all = {
      config::field("path", &ReportOptions::path, config::non_empty_string())
          .otherwise("\"/_status\"")
          .doc("Where the page is: requests a second, latencies, connections, a table of all routes, the last reload. "
               "What it shows comes from `/events` below this path, as an event stream; `/data` has the same once, as "
               "JSON. Every client may see it unless it has a `listen` of its own.")
          .example("\"/_status\""),
      listen_field(&ReportOptions::listen),
  };
  return all;
}

void build(const config::Declaration& declaration, site::Builder& builder) {
  auto options = config::read(declaration.table, "[status]", fields(), builder.reading());
  if (!options) return;
  auto below = [&options](std::string_view name) {
    auto path = options->path;
    if (path.value.ends_with('/')) path.value.pop_back();
    path.value.append(name);
    return path;
  };
  auto data = [] { return status_data(site::Totals::collect(), site::ProcessState::get()); };
  add_report(builder, "status", declaration, options->path, options->listen,
             {"text/html; charset=utf-8", [] { return std::string(status_page()); }, {}});
  add_report(builder, "status", declaration, below("/data"), options->listen, {"application/json", data, {}});
  add_report(builder, "status", declaration, below("/events"), options->listen, {"text/event-stream", data, {}, true});
}

const config::SectionEntry section("status", false, "A page with live charts of the server. Off without this section.",
                                   []() -> const std::vector<config::Field>& { return fields(); });
const site::SectionBuilder builder_of_section("status", build);

}  // namespace
}  // namespace sluice::observe
