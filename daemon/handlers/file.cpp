#include "handlers/body.hpp"
#include "handlers/cache_policy.hpp"
#include "handlers/file_answer.hpp"
#include "handlers/file_cache.hpp"
#include "handlers/root_check.hpp"
#include "http/mime.hpp"
#include "site/handler.hpp"

/// `file = "page.html"`: one file, with ETag, Last-Modified and ranges like those of [[static]].
namespace sluice::handlers {

namespace {

struct Options {
  config::Located<std::string> file;
  std::optional<config::Located<std::string>> content_type;
};

const config::Fields<Options>& fields() {
  using config::field;
  static const config::Fields<Options> all = {
      field("file", &Options::file, config::path())
          .doc("Answers with this file. It is looked at for each request, so every change is visible to the "
               "next one.")
          .example("\"pages/about.html\""),
      field("content_type", &Options::content_type, media_type())
          .doc("Media type of the response, when the usual one does not fit.")
          .example("\"text/css; charset=utf-8\""),
  };
  return all;
}

class FileHandler final : public site::Handler {
 public:
  FileHandler(const std::string& path, std::string content_type, http::Status status, FileHeaders headers)
      : root_(path.substr(0, path.rfind('/')) + "/", Symlinks::follow),
        name_(path.substr(path.rfind('/') + 1)),
        content_type_(std::move(content_type)),
        status_(status),
        headers_(std::move(headers)),
        id_(FileCache::new_owner()) {}

  void handle(http::Exchange& exchange) const override {
    auto& cache = FileCache::of_this_thread();
    auto file = cache.find(id_, {}, exchange.loop());
    if (file) return respond_with_file(exchange, file, headers_, status_);
    auto loaded = load();
    if (!loaded) return respond_with_fault(exchange, root_.path(), name_, loaded.error());
    cache.insert(id_, {}, root_.path() + name_, *loaded, exchange.loop());
    respond_with_file(exchange, *loaded, headers_, status_);
  }

 private:
  std::expected<std::shared_ptr<const ServedFile>, int> load() const {
    auto node = root_.find(name_);
    if (!node) return std::unexpected(node.error());
    return load_file(*node, {.name = root_.path() + name_,
                             .content_type = content_type_,
                             .cache_control = default_cache_control(name_, content_type_),
                             .headers = &headers_});
  }

  FileRoot root_;
  std::string name_;
  std::string content_type_;
  http::Status status_;
  FileHeaders headers_;
  std::uint64_t id_;
};

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  auto& diagnostics = context.reading.diagnostics;
  if (options.file->empty() || !check_file(options.file, diagnostics)) return nullptr;
  auto type = options.content_type ? **options.content_type
                                   : std::string(http::MimeTypes::system().type_of(*options.file));
  return std::make_unique<FileHandler>(*options.file, std::move(type), context.status ? context.status : 200,
                                       FileHeaders(context.headers, context.scope, diagnostics));
}

const site::RouteAction action("file", fields, make);

}  // namespace

}  // namespace sluice::handlers
