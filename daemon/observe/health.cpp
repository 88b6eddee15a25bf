#include "observe/report.hpp"
#include "site/statistics.hpp"

/// `[health]`: whether the server lives, and whether it wants requests.
namespace sluice::observe {
namespace {

struct Options {
  config::Located<std::string> live;
  config::Located<std::string> ready;
  OwnAddress listen;
};

const config::Fields<Options>& fields() {
  static const config::Fields<Options> all = {
      config::field("live", &Options::live, config::non_empty_string())
          .otherwise("\"/livez\"")
          .doc("Answers 200 as long as the server answers at all.")
          .example("\"/livez\""),
      config::field("ready", &Options::ready, config::non_empty_string())
          .otherwise("\"/readyz\"")
          .doc("Answers 200 while the server takes requests, 503 once it is stopping and finishes what is in flight.")
          .example("\"/readyz\""),
      listen_field(&Options::listen),
  };
  return all;
}

bool draining() { return site::ProcessState::get().draining.load(std::memory_order_relaxed); }

void build(const config::Declaration& declaration, site::Builder& builder) {
  auto options = config::read(declaration.table, "[health]", fields(), builder.reading());
  if (!options) return;
  add_report(builder, "health", declaration, options->live, options->listen,
             {"application/json", [] { return std::string("{\"status\":\"live\"}"); }, {}});
  add_report(builder, "health", declaration, options->ready, options->listen,
             {"application/json",
              [] { return std::string(draining() ? "{\"status\":\"stopping\"}" : "{\"status\":\"ready\"}"); },
              [] { return static_cast<http::Status>(draining() ? 503 : 200); }});
}

const config::SectionEntry section("health", false,
                                   "Answers for load balancers and orchestrators. Off without this section.",
                                   []() -> const std::vector<config::Field>& { return fields(); });
const site::SectionBuilder builder_of_section("health", build);

}  // namespace
}  // namespace sluice::observe
