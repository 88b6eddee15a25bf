#include "handlers/report.hpp"
#include "handlers/status_page.hpp"

/// `[status]`: a page that shows how the server does.
namespace sluice::handlers {
namespace {

const config::Fields<ReportOptions>& fields() {
  static const config::Fields<ReportOptions> all = {
      config::field("path", &ReportOptions::path, config::non_empty_string())
          .otherwise("\"/_status\"")
          .doc("Where the page is: requests a second, latencies, connections, a table of all routes, the last reload. What "
               "it shows it fetches from `/data` below this path. Who may see it is for you to say.")
          .example("\"/_status\""),
  };
  return all;
}

void build(const config::Declaration& declaration, site::Builder& builder) {
  auto options = config::read(declaration.table, "[status]", fields(), builder.reading());
  if (!options) return;
  auto data = options->path;
  if (data.value.ends_with('/')) data.value.pop_back();
  data.value += "/data";
  add_report(builder, "status", declaration, options->path,
             {"text/html; charset=utf-8", [] { return std::string(status_page()); }, {}});
  add_report(builder, "status", declaration, data,
             {"application/json", [] { return status_data(site::Totals::collect(), site::ProcessState::get()); }, {}});
}

const config::SectionEntry section("status", false, "A page with live charts of the server. Off without this section.",
                                   []() -> const std::vector<config::Field>& { return fields(); });
const site::SectionBuilder builder_of_section("status", build);

}  // namespace
}  // namespace sluice::handlers
