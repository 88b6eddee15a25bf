#include "handlers/body.hpp"

/// `text = "…"`: a plain text.
namespace sluice::handlers {
namespace {

struct Options : BodyOptions {
  config::Located<std::string> text;
};

const config::Fields<Options>& fields() {
  using config::field;
  static const config::Fields<Options> all = {
      field("text", &Options::text, config::string())
          .doc("Answers with this text, with placeholders.")
          .example("\"Hello, {name}!\""),
      field("content_type", &Options::content_type, media_type())
          .doc("Media type of the response, when the usual one does not fit.")
          .example("\"text/css; charset=utf-8\""),
      field("etag", &Options::etag, config::boolean())
          .doc("Whether the response has an ETag, so that clients can ask if it changed. Without it a body "
               "without "
               "placeholders has one.")
          .example("true"),
  };
  return all;
}

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  auto body =
      site::Template::compile(options.text, context.scope, site::Escape::none, context.reading.diagnostics);
  return make_body_handler(context, std::move(body), "text/plain; charset=utf-8", options);
}

const site::RouteAction action("text", fields, make);

}  // namespace
}  // namespace sluice::handlers
