#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "files/lookup/path_fault.hpp"
#include "files/lookup/root_check.hpp"
#include "files/uploads/upload.hpp"
#include "files/uploads/upload_name.hpp"
#include "site/builder.hpp"
#include "site/request_values.hpp"
#include "site/routing/match.hpp"
#include "site/site.hpp"
#include "templates/place.hpp"

/// `save = "uploads/{name}"`: the body of the request becomes a file.
namespace sluice::files {
namespace {

using config::Located;

struct Options {
  Located<std::string> save;
};

/// For users who write `save = true` or a table.
std::string save_advice(const config::Value& value) {
  bool is_switch = value.is(config::Value::Kind::boolean) || value.is(config::Value::Kind::table);
  return is_switch ? "write the file: save = \"uploads/{name}\"" : "";
}

const config::Fields<Options>& fields() {
  static const config::Fields<Options> all = {
      config::field("save", &Options::save, config::advised(config::non_empty_string(), save_advice))
          .doc("Saves the request body in this file. The name may have placeholders. The response is 201 for a new "
               "file, 204 for a replaced one. The folder before the first placeholder must exist; folders below it "
               "are created. Nothing is written outside it. A name with a leading dot, an empty part, a control "
               "character or an escaped slash gets 400. `body_limit` is the largest body. The body is written to the "
               "disk while it arrives; the file appears under its name when it is complete. If the client "
               "disconnects or the disk is full (507), the file is discarded. A request with `If-None-Match: *` "
               "never replaces a file. The methods are PUT and POST. `{body}` cannot be used in such a route, and is "
               "empty in the access log.")
          .example("\"uploads/{name}\""),
  };
  return all;
}

class Save final : public site::Handler {
 public:
  Save(std::shared_ptr<const UploadPlace> place, UploadName name) : place_(std::move(place)), name_(std::move(name)) {}

  bool streams_body() const override { return true; }

  void handle(http::Exchange& exchange) const override {
    if (exchange.request.field("Content-Range").data() != nullptr)  // RFC 9110 §14.5
      return site::respond_error(exchange, 400, "partial uploads (Content-Range) are not accepted");
    auto name = name_.of(exchange);
    if (!name) return site::respond_error(exchange, 400, name.error().message);
    const auto& endpoint = *static_cast<const site::Match*>(exchange.matched)->endpoint;
    auto limit = endpoint.body_limit.value_or(site::site_of(exchange).server.limits.body_bytes);
    Upload::begin(exchange, place_, std::move(*name), limit.count);
  }

 private:
  std::shared_ptr<const UploadPlace> place_;
  UploadName name_;
};

constexpr char value_mark = '\0';  // no path contains it

/// Gives the mark as the value of every placeholder.
class Marks final : public templates::Values {
 public:
  templates::Value get(const templates::Placeholder&) const override { return templates::Value::of({&value_mark, 1}); }
  Arena& arena() const override { return arena_; }

 private:
  mutable Arena arena_{64};
};

/// Reports mistakes in one [[route]] with `save`.
class SaveCheck {
 public:
  SaveCheck(const site::HandlerContext& context, const Located<std::string>& save)
      : context_(context), diagnostics_(context.reading.diagnostics), save_(save) {}

  void methods() {
    const auto* given = context_.table.find("method");
    if (!given && is_misspelt("method")) return;  // reported as unknown
    if (!given) {
      auto& error = diagnostics_.error("save-method", save_.span, "a GET request has no body to save");
      error.label = "`method` is missing, and its default is GET";
      error.help = "write method = \"PUT\"";
      return;
    }
    auto check = [this](const config::Value& method) {
      if (!method.is(config::Value::Kind::string) || method.text == "PUT" || method.text == "POST") return;
      if (!http::parse_method(method.text)) return;  // reported by its field
      diagnostics_.error("save-method", method.span, "`save` is for PUT and POST, not for " + method.text).label =
          "write \"PUT\" or \"POST\"";
    };
    check(*given);
    for (const auto& item : given->items) check(item);
  }

  bool is_misspelt(std::string_view key) const {
    return std::ranges::any_of(context_.table.members,
                               [&](const auto& member) { return config::nearest(member.key, {key}) == key; });
  }

  void status() {
    const auto* given = context_.table.find("status");
    if (!given) return;
    diagnostics_.error("save-status", given->span, "`status` cannot be used with `save`").label =
        "remove it: the response is 201 for a new file, 204 for a replaced one";
  }

  /// The body is written to the file only, so no template can use it.
  void no_body_in(const Located<std::string>& text) {
    auto at = text->find("{body}");
    while (at != std::string::npos && at > 0 && (*text)[at - 1] == '{') at = text->find("{body}", at + 1);
    if (at == std::string::npos) return;
    auto place = templates::place_within(diagnostics_.sources, text, at, at + 6);
    auto& error = diagnostics_.error("save-body", place, "`{body}` has no value in a route with `save`");
    error.label = "the body is written to the file and not kept in memory";
    if (!(text.span == save_.span)) error.notes.push_back({save_.span, "the body is saved here"});
  }

  /// `name` contains a mark in place of each value.
  void name(std::string_view name) {
    for (auto part : split(name, '/')) {
      if (!part.empty() && part.front() != '.') continue;
      auto& error = diagnostics_.error("save-name", save_.span,
                                       part.empty() ? "this is not a file name: a part of it is empty"
                                                    : "file names with a leading dot are not allowed");
      error.label = part.empty() ? "write a name after each slash" : "every request would get 400";
      return;
    }
  }

  void no_whole_path(const templates::Template& compiled) {
    for (const auto* placeholder : compiled.placeholders()) {
      if (!placeholder->has(site::RequestTrait::whole_path)) continue;
      auto& error =
          diagnostics_.error("save-name", save_.span, "`{path}` cannot be a file name: it begins with a slash");
      error.help = "write path = \"/files/{name...}\" and save = \"uploads/{name}\"";
      return;
    }
  }

  /// Clients must not be able to replace the config.
  void folder_is_apart(const std::string& folder) {
    auto place = folder;
    if (place != "/") place += '/';
    auto holds = [&](const config::Source& source) { return (source.directory + "/").starts_with(place); };
    if (std::ranges::none_of(diagnostics_.sources, holds)) return;
    auto& error = diagnostics_.error("save-folder", save_.span, "clients could replace the configuration");
    error.label = "clients choose the file names in its folder";
    error.help = "use a separate folder: save = \"uploads/{name}\"";
  }

  void folder_is_writable(const std::string& folder) {
    auto fault = fault_of_writable_folder(folder);
    if (fault == 0) return;
    auto& error = diagnostics_.error("save-folder", save_.span, "files cannot be saved in the folder `" + folder + "`");
    error.label = explain_path_fault(folder, fault, "written");
    if (fault == ENOENT) error.help = "create it: mkdir -p " + folder;
    if (fault == EACCES) error.help = "make the user of the server its owner: chown USER " + folder;
    if (fault == EROFS)
      error.help =
          "for the service, run `systemctl edit sluice` and write `ReadWritePaths=" + folder + "` below [Service]";
  }

 private:
  const site::HandlerContext& context_;
  config::Diagnostics& diagnostics_;
  const Located<std::string>& save_;
};

/// The absolute path of the folder; a relative one starts at the directory of the config file.
std::optional<std::string> absolute(std::string_view folder, const Located<std::string>& save,
                                    const site::HandlerContext& context) {
  config::Value value;
  value.kind = config::Value::Kind::string;
  value.text = folder.empty() ? "." : folder;
  value.span = save.span;
  auto reading = context.reading;
  reading.subject = "`save`";
  return config::path(config::PathUse::write).read(value, reading);
}

/// Whether the path of a request is the address of its file, and the config sets no Location header.
bool has_location(const templates::Template& path, const site::HandlerContext& context) {
  auto is_in_path = [](const auto* placeholder) { return placeholder->has(site::RequestTrait::path_parameter); };
  auto is_location = [](const auto& header) { return equals_ignoring_case(header.name, "Location"); };
  return std::ranges::all_of(path.placeholders(), is_in_path) && std::ranges::none_of(context.headers, is_location);
}

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  const auto& save = options.save;
  if (save->empty()) return nullptr;  // reported by its field
  auto& diagnostics = context.reading.diagnostics;
  auto before = diagnostics.errors();
  auto path = templates::Template::compile(save, context.scope, templates::Escape::none, diagnostics);
  SaveCheck check(context, save);
  check.methods();
  check.status();
  check.no_body_in(save);
  for (const auto& header : context.headers) check.no_body_in(header.value);
  check.no_whole_path(path);
  if (diagnostics.errors() != before) return nullptr;  // later checks would report the same again
  site::ResponseFields fields({}, context.headers, context.scope, diagnostics);

  std::string marked;
  path.render(Marks(), marked);
  auto first_value = marked.find(value_mark);
  auto slash = marked.rfind('/', first_value);
  auto prefix = slash == std::string::npos ? 0 : slash + 1;
  check.name(std::string_view(marked).substr(prefix));
  auto folder = absolute(marked.substr(0, prefix), save, context);
  if (!folder) return nullptr;
  if (first_value != std::string::npos) check.folder_is_apart(*folder);
  check.folder_is_writable(*folder);
  if (diagnostics.errors() != before) return nullptr;

  auto place = std::make_shared<const UploadPlace>(FileRoot(*folder, Symlinks::inside), std::move(fields),
                                                   has_location(path, context));
  return std::make_unique<Save>(std::move(place), UploadName(std::move(path), prefix));
}

const site::RouteAction action("save", fields, make);

}  // namespace
}  // namespace sluice::files
