#include "observe/metrics_text.hpp"
#include "observe/report.hpp"

/// `[metrics]`: counters for Prometheus.
namespace sluice::observe {
namespace {

const config::Fields<ReportOptions>& fields() {
  static const config::Fields<ReportOptions> all = {
      config::field("path", &ReportOptions::path, config::non_empty_string())
          .otherwise("\"/metrics\"")
          .doc("Where Prometheus fetches the counters: requests by route, method and status, latencies, bytes, "
               "connections, rooms, limits, reloads. Every client may read them unless they have a `listen` of their "
               "own.")
          .example("\"/metrics\""),
      listen_field(&ReportOptions::listen),
  };
  return all;
}

void build(const config::Declaration& declaration, site::Builder& builder) {
  auto options = config::read(declaration.table, "[metrics]", fields(), builder.reading());
  if (!options) return;
  add_report(builder, "metrics", declaration, options->path, options->listen,
             {"text/plain; version=0.0.4; charset=utf-8",
              [] { return metrics_text(site::Totals::collect(), site::ProcessState::get()); },
              {}});
}

const config::SectionEntry section("metrics", false, "Counters in Prometheus' text format. Off without this section.",
                                   []() -> const std::vector<config::Field>& { return fields(); });
const site::SectionBuilder builder_of_section("metrics", build);

}  // namespace
}  // namespace sluice::observe
