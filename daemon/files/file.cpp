#include <algorithm>

#include "files/lookup/root_check.hpp"
#include "files/server.hpp"
#include "site/handler.hpp"
#include "site/settings/media_type.hpp"

/// `file = "page.html"`: one file, with ETag, Last-Modified, ranges and compression like those of [[static]].
namespace sluice::files {

namespace {

struct Options {
  config::Located<std::string> file;
  std::optional<config::Located<std::string>> content_type;
};

const config::Fields<Options>& fields() {
  using config::field;
  static const config::Fields<Options> all = {
      field("file", &Options::file, config::path())
          .doc("Answers with this file. Every change of it is visible to the next request.")
          .example("\"pages/about.html\""),
      field("content_type", &Options::content_type, site::media_type())
          .doc("Media type of the response, when the usual one does not fit.")
          .example("\"text/css; charset=utf-8\""),
  };
  return all;
}

class FileHandler final : public site::Handler {
 public:
  FileHandler(std::shared_ptr<const StaticSite> site, std::string name, http::Status status)
      : server_(std::move(site)), name_(std::move(name)), status_(status) {}

  void handle(http::Exchange& exchange) const override {
    if (server_.serve_cached(exchange, name_, status_)) return;
    Wanted wanted;
    wanted.relative = name_;
    server_.serve(exchange, std::move(wanted), status_);
  }

 private:
  FileServer server_;
  std::string name_;
  http::Status status_;
};

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  auto& diagnostics = context.reading.diagnostics;
  if (options.file->empty() || !check_file(options.file, diagnostics)) return nullptr;
  const auto& path = *options.file;
  auto slash = path.rfind('/');
  StaticSettings settings;
  settings.root = path.substr(0, std::max<std::size_t>(slash, 1));
  settings.symlinks = Symlinks::follow;  // the config names this file, wherever it is
  settings.directories = false;
  const auto* own = context.table.find("headers");
  auto headers = context.headers;
  leave_to_files(headers, own, diagnostics);
  settings.headers = FileHeaders(headers, context.scope, diagnostics);
  if (own) {
    for (const auto& member : own->members) {
      if (member.value.is(config::Value::Kind::boolean)) settings.headers.leave_out(member.key);
    }
  }
  if (options.content_type) settings.content_type = **options.content_type;
  return std::make_unique<FileHandler>(std::make_shared<const StaticSite>(std::move(settings)), path.substr(slash + 1),
                                       context.status ? context.status : http::Status{200});
}

const site::RouteAction action("file", fields, make);

}  // namespace

}  // namespace sluice::files
