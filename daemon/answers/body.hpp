#pragma once

#include <memory>
#include <optional>
#include <string>

#include "site/handler.hpp"
#include "site/settings/media_type.hpp"
#include "templates/template.hpp"

namespace sluice::answers {

/// What all handlers have in common that answer with a body from the config.
struct BodyOptions {
  std::optional<config::Located<std::string>> content_type;
  std::optional<bool> etag;  // absent: for constant bodies
};

/// The keys of a kind whose Options derive from BodyOptions: its action key and those that all bodies have.
template <class Options>
config::Fields<Options> body_fields(config::Field action) {
  std::optional<config::Located<std::string>> Options::* content_type = &Options::content_type;
  std::optional<bool> Options::* etag = &Options::etag;
  return {
      std::move(action),
      config::field("content_type", content_type, site::media_type())
          .doc("Media type of the response, when the usual one does not fit.")
          .example("\"text/css; charset=utf-8\""),
      config::field("etag", etag, config::boolean())
          .doc("Whether the response has an ETag, so that clients can ask if it changed. By default, only "
               "a body without placeholders has one.")
          .example("true"),
  };
}

/// A handler that answers with `body`. A constant body is prepared once; it and one with `etag = true` carry
/// an entity tag (the SHA-1 of the body), and a request whose preconditions say so gets a 304 or a 412
/// instead (RFC 9110 §13). A status that has no content is reported; then null is returned.
std::unique_ptr<site::Handler> make_body_handler(site::HandlerContext& context, templates::Template body,
                                                 std::string content_type, const BodyOptions& options);

}  // namespace sluice::answers
