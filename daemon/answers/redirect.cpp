#include <algorithm>
#include <array>

#include "base/percent.hpp"
#include "site/request_values.hpp"
#include "site/response_fields.hpp"
#include "templates/place.hpp"

/// `redirect = "/new/{rest}"`: sends the client elsewhere.
namespace sluice::answers {
namespace {

using config::Located;

struct Options {
  Located<std::string> redirect;
};

/// People write the status, or that there is to be a redirect, where the target stands.
std::string target_advice(const config::Value& value) {
  using Kind = config::Value::Kind;
  if (value.is(Kind::integer)) {
    return "write where to: redirect = \"/new\", and beside it status = " + std::to_string(value.integer);
  }
  return value.is(Kind::boolean) || value.is(Kind::table) ? "write where to: redirect = \"/new\"" : "";
}

const config::Fields<Options>& fields() {
  static const config::Fields<Options> all = {
      config::field("redirect", &Options::redirect, config::advised(config::non_empty_string(), target_advice))
          .doc("Sends the client to this path or address, with placeholders; `status` says how, 308 by "
               "default. The query of the request is kept when the target has none of its own. Letters beyond ASCII "
               "are percent-encoded; the name of a host is written in its ASCII form (`xn--…`).")
          .example("\"/new/{rest}\""),
  };
  return all;
}

constexpr auto statuses = std::to_array<http::Status>({301, 302, 303, 307, 308});

/// What may stand raw in a path or query besides unreserved characters (RFC 3986 §3.3, §3.4); escapes stay as
/// they are.
constexpr std::string_view kept_raw = "!$&'()*+,;=:@/%";
constexpr std::string_view kept_raw_in_query = "!$&'()*+,;=:@/%?[]";

/// Values as parts of a URI. Path parameters stand as the client wrote them, so that "%2F" is not mistaken
/// for a slash on the way.
class UriValues : public site::RequestValues {
 public:
  using RequestValues::RequestValues;

  templates::Value get(const templates::Placeholder& placeholder) const override {
    auto value = RequestValues::get(placeholder);
    if (placeholder.has(site::RequestTrait::host)) return templates::Value::literal_of(value.text);
    if (placeholder.has(site::RequestTrait::whole_path)) return raw(exchange().request.path);
    bool is_path_text =
        placeholder.has(site::RequestTrait::path_parameter) && value.kind == templates::Value::Kind::text;
    if (is_path_text && match()->path[placeholder.index].present) return raw(match()->path[placeholder.index].raw);
    return value;
  }

 private:
  templates::Value raw(std::string_view text) const {
    return templates::Value::literal_of(exchange().arena.copy(percent_encoded(text, kept_raw)));
  }
};

class Redirect : public site::Handler {
 public:
  struct Target {
    templates::Template before;    // path and query
    templates::Template fragment;  // from '#' on
    bool keeps_query = false;
    bool is_path = false;  // not another host
  };

  Redirect(http::Status status, Target target, site::ResponseFields fields)
      : status_(status), target_(std::move(target)), fields_(std::move(fields)) {}

  void handle(http::Exchange& exchange) const override {
    std::string location;
    UriValues values(exchange);
    target_.before.render(values, location);
    if (target_.is_path) keep_host(location);
    if (target_.keeps_query && !exchange.request.query.empty()) {
      location += '?';
      append_percent_encoded(location, exchange.request.query, kept_raw_in_query);
    }
    target_.fragment.render(values, location);

    http::Response response;
    response.status = status_;
    fields_.apply(exchange, response);
    response.fields.push_back({"Location", exchange.arena.copy(location)});
    exchange.respond(std::move(response));
  }

 private:
  /// "//name" would be another host (RFC 3986 §4.2): an empty first segment that a value brought is dropped.
  static void keep_host(std::string& location) {
    auto slashes = std::min(location.find_first_not_of('/'), location.size());
    if (slashes > 1) location.erase(1, slashes - 1);
  }

  http::Status status_;
  Target target_;
  site::ResponseFields fields_;
};

/// Checks that no value can choose the host to which the client is sent.
class TargetCheck {
 public:
  TargetCheck(const Located<std::string>& text, const templates::Scope& scope, config::Diagnostics& diagnostics)
      : text_(text), scope_(scope), diagnostics_(diagnostics) {}

  bool is_path() const { return text_->starts_with('/') && !text_->starts_with("//"); }

  bool passes() {
    if (is_path()) return true;
    auto authority = text_->starts_with("//") ? 2 : scheme_end();
    if (authority == 0) {
      report(0, text_->size(), "a redirect goes to a path that begins with `/`, or to `https://…`");
      return false;
    }
    return authority_is_fixed(authority) && authority_is_ascii(authority);
  }

 private:
  std::size_t scheme_end() const {
    for (std::string_view scheme : {"http://", "https://"}) {
      if (text_->starts_with(scheme)) return scheme.size();
    }
    return 0;
  }

  bool authority_is_fixed(std::size_t at) {
    while (at < text_->size()) {
      at = text_->find_first_of("/?#{", at);
      if (at == std::string::npos || (*text_)[at] != '{') return true;
      auto close = std::min(text_->find('}', at), text_->size() - 1);
      templates::Placeholder placeholder;
      auto name = std::string_view(*text_).substr(at + 1, close - at - 1);
      if (!scope_.accepts(name, placeholder)) return true;               // reported with the template
      if (placeholder.has(site::RequestTrait::whole_path)) return true;  // begins with a slash
      if (!placeholder.has(site::RequestTrait::host)) {
        report(at, close + 1, "the value of `{" + std::string(name) + "}` would choose the host of this redirect");
        return false;
      }
      at = close + 1;
    }
    return true;
  }

  /// Names of hosts have an ASCII form of their own (RFC 5891), which percent-encoding does not give.
  bool authority_is_ascii(std::size_t at) {
    auto end = std::min(text_->find_first_of("/?#", at), text_->size());
    auto host = std::string_view(*text_).substr(at, end - at);
    if (std::ranges::none_of(host, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) return true;
    report(at, end, "the host of a redirect is written in ASCII", "write its form that begins with `xn--`");
    return false;
  }

  void report(std::size_t begin, std::size_t end, std::string message, std::string label = "put a `/` before it") {
    auto place = templates::place_within(diagnostics_.sources, text_, begin, end);
    diagnostics_.error("bad-redirect", place, std::move(message)).label = std::move(label);
  }

  const Located<std::string>& text_;
  const templates::Scope& scope_;
  config::Diagnostics& diagnostics_;
};

bool check_status(const site::HandlerContext& context) {
  if (context.status == 0 || std::ranges::find(statuses, context.status) != statuses.end()) return true;
  const auto* given = context.table.find("status");
  auto& error = context.reading.diagnostics.error("bad-redirect", given ? given->span : context.table.span,
                                                  std::to_string(context.status) + " is no status of a redirect");
  error.label = "one of 301, 302, 303, 307, 308";
  return false;
}

/// Whether the method with which a client follows the redirect is one of the route: 303 makes it GET, 301 and 302 make
/// GET of POST (RFC 9110 §15.4).
bool keeps_to_route(const site::HandlerContext& context) {
  const auto* given = context.table.find("method");
  if (!given) return true;
  auto is_get = [](const config::Value& method) { return method.text == "GET" || method.text == "HEAD"; };
  bool has_get = is_get(*given) || std::ranges::any_of(given->items, is_get);
  return has_get || context.status == 0 || context.status == 307 || context.status == 308;
}

/// A target that is a path of the route itself would send clients in a circle.
void check_circle(const site::HandlerContext& context, const Located<std::string>& target) {
  const auto* paths = context.table.find("path");
  if (!paths || !keeps_to_route(context)) return;
  auto path = target->substr(0, target->find_first_of("?#"));
  auto check = [&](const config::Value& own) {
    if (own.is_broken() || own.text != path) return;
    auto& error =
        context.reading.diagnostics.error("redirect-to-itself", target.span, "this redirect leads to its own route");
    error.label = "clients would go round in a circle";
    error.notes.push_back({own.span, "the path that it serves"});
  };
  if (paths->is(config::Value::Kind::string)) check(*paths);
  for (const auto& item : paths->items) check(item);
}

/// What people write, between its placeholders, as a URI (RFC 3987 §3.1): what may not stand in one is
/// percent-encoded; escapes stay as they are.
std::string as_uri(std::string_view text) {
  constexpr std::string_view kept = ":/?#[]@!$&'()*+,;=%";
  std::string uri;
  while (!text.empty()) {
    auto brace = std::min(text.find_first_of("{}"), text.size());
    append_percent_encoded(uri, text.substr(0, brace), kept);
    text.remove_prefix(brace);
    bool doubled = text.size() > 1 && text[0] == text[1];  // stands for the brace itself
    if (text.empty()) break;
    auto length = doubled ? 2 : std::min(text.find('}'), text.size() - 1) + 1;
    if (doubled) {
      append_percent_encoded(uri, text.substr(0, 1));
    } else {
      uri += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return uri;
}

/// The template of a part of a text that was compiled, and thereby checked, as a whole.
templates::Template compile_part(std::string_view part, const templates::Scope& scope) {
  config::Diagnostics checked;
  return templates::Template::compile({as_uri(part), {}}, scope, templates::Escape::uri, checked);
}

std::unique_ptr<site::Handler> make(site::HandlerContext& context, const Options& options) {
  const auto& text = options.redirect;
  if (text->empty()) return nullptr;  // reported by its field
  auto& diagnostics = context.reading.diagnostics;
  TargetCheck check(text, context.scope, diagnostics);
  bool has_status = check_status(context);
  bool sound = check.passes() && has_status;
  templates::Template::compile(text, context.scope, templates::Escape::uri, diagnostics);
  check_circle(context, text);
  site::ResponseFields own_fields({}, context.headers, context.scope, diagnostics);
  if (!sound) return nullptr;

  auto hash = std::min(text->find('#'), text->size());
  auto before = text->substr(0, hash);
  Redirect::Target target{.before = compile_part(before, context.scope),
                          .fragment = compile_part(text->substr(hash), context.scope),
                          .keeps_query = before.find('?') == std::string::npos,
                          .is_path = check.is_path()};
  auto status = context.status ? context.status : http::Status{308};
  return std::make_unique<Redirect>(status, std::move(target), std::move(own_fields));
}

const site::RouteAction action("redirect", fields, make);

}  // namespace
}  // namespace sluice::answers
