#include "answers/body.hpp"

/// `text = "…"`: a plain text.
namespace sluice::answers {
namespace {

struct Options : BodyOptions {
  config::Located<std::string> text;
};

const config::Fields<Options>& fields() {
  static const auto all = body_fields<Options>(config::field("text", &Options::text, config::string())
                                                   .doc("Answers with this text, with placeholders.")
                                                   .example("\"Hello, {name}!\""));
  return all;
}

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  auto body =
      templates::Template::compile(options.text, context.scope, templates::Escape::none, context.reading.diagnostics);
  return make_body_handler(context, std::move(body), "text/plain; charset=utf-8", options);
}

const site::RouteAction action("text", fields, make);

}  // namespace
}  // namespace sluice::answers
