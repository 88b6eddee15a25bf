#include "answers/body.hpp"

/// `html = "…"`: an HTML page whose values are escaped.
namespace sluice::answers {
namespace {

struct Options : BodyOptions {
  config::Located<std::string> html;
};

const config::Fields<Options>& fields() {
  static const auto all =
      body_fields<Options>(config::field("html", &Options::html, config::string())
                               .doc("Answers with this HTML page. The values of placeholders are escaped.")
                               .example("\"<h1>Hello, {name}!</h1>\""));
  return all;
}

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  auto body =
      templates::Template::compile(options.html, context.scope, templates::Escape::html, context.reading.diagnostics);
  return make_body_handler(context, std::move(body), "text/html; charset=utf-8", options);
}

const site::RouteAction action("html", fields, make);

}  // namespace
}  // namespace sluice::answers
