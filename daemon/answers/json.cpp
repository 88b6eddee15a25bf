#include "answers/body.hpp"

/// `json = …`: any TOML value as JSON.
namespace sluice::answers {
namespace {

struct Options : BodyOptions {
  config::Value json;
};

const config::Fields<Options>& fields() {
  static const auto all = body_fields<Options>(
      config::field("json", &Options::json, config::any())
          .doc("Answers with this value as JSON, without white space and with its keys in order. A string "
               "that is one "
               "lone placeholder becomes the value with its type: a number stays a number, what is absent is "
               "null.")
          .example("{ item_id = \"{item_id}\", ok = true }"));
  return all;
}

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  auto body = templates::Template::compile_json(options.json, context.scope, context.reading.diagnostics);
  return make_body_handler(context, std::move(body), "application/json", options);
}

const site::RouteAction action("json", fields, make);

}  // namespace
}  // namespace sluice::answers
