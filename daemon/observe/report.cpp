#include "observe/report.hpp"

#include "observe/live_report.hpp"
#include "site/response_fields.hpp"
#include "site/routing/match.hpp"

namespace sluice::observe {
namespace {

class ReportHandler : public site::Handler {
 public:
  ReportHandler(Report report, site::ResponseFields fields) : report_(std::move(report)), fields_(std::move(fields)) {}

  bool lasting() const override { return report_.live; }

  void handle(http::Exchange& exchange) const override {
    http::Response response;
    if (report_.status) response.status = report_.status();
    fields_.apply(exchange, response);
    if (report_.live) {
      const auto& endpoint = *static_cast<const site::Match*>(exchange.matched)->endpoint;
      return exchange.begin(std::move(response), std::make_unique<LiveReport>(report_.body, endpoint.lease));
    }
    auto body = std::make_shared<const std::string>(report_.body());
    std::string_view bytes = *body;
    response.body = http::SharedBytes{std::move(body), bytes};
    exchange.respond(std::move(response));
  }

 private:
  Report report_;
  site::ResponseFields fields_;
};

}  // namespace

void add_report(site::Builder& builder, const std::string& section, const config::Declaration& declaration,
                const config::Located<std::string>& path, const OwnAddress& listen, Report report) {
  site::Endpoint endpoint;
  endpoint.section = section;
  endpoint.summary = section;
  endpoint.paths = {path};
  endpoint.listen = listen;
  if (!listen) endpoint.hosts = declaration.hosts;
  endpoint.methods = {http::Method::get};
  endpoint.parameters = builder.parameters_of(endpoint.paths, {}, {});
  endpoint.access_log = false;
  endpoint.hooks = builder.hooks();
  endpoint.where = declaration.table.span;
  if (report.live) endpoint.lease = site::Lease::of(declaration);
  auto scope = builder.scope_of(endpoint.paths, endpoint.parameters);
  auto headers = builder.merged_headers(nullptr);
  site::ResponseFields fields({{"Content-Type", report.content_type}, {"Cache-Control", "no-store"}}, headers, scope,
                              builder.reading().diagnostics);
  endpoint.handler = std::make_unique<ReportHandler>(std::move(report), std::move(fields));
  builder.add(std::move(endpoint));
}

}  // namespace sluice::observe
