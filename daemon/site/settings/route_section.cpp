#include <algorithm>
#include <cctype>
#include <utility>

#include "base/text.hpp"
#include "site/builder.hpp"
#include "site/lease.hpp"
#include "site/request_values.hpp"
#include "site/routing/host_pattern.hpp"
#include "site/settings/error_body.hpp"
#include "site/settings/headers.hpp"

/// The section [[route]]: the keys that all routes have. What a route does is said by its action key; the
/// kinds of handlers add those.
namespace sluice::site {
namespace {

using config::Located;

struct RouteOptions {
  std::vector<Located<std::string>> paths;
  std::vector<Located<http::Method>> methods;
  std::vector<Located<std::string>> hosts;
  Declarations params;
  Declarations query;
  std::optional<Located<std::int64_t>> status;
  HeaderSettings headers;
  std::optional<std::chrono::milliseconds> delay;
  bool access_log = true;
  std::optional<Bytes> body_limit;
  std::optional<ErrorBody> errors;
  std::optional<TrailingSlash> trailing_slash;
};

/// Several methods in one string, or all of them.
std::string method_advice(const config::Value& value) {
  if (!value.is(config::Value::Kind::string)) return {};
  if (value.text == "*" || equals_ignoring_case(value.text, "any") || equals_ignoring_case(value.text, "all"))
    return R"(name them: ["GET", "POST", "PUT", "PATCH", "DELETE"])";
  if (value.text.find_first_of(", |") == std::string::npos) return {};
  std::string list;
  std::string word;
  for (char c : value.text + ",") {
    if (is_alpha(c)) word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (is_alpha(c) || word.empty()) continue;
    list += (list.empty() ? "\"" : ", \"") + std::exchange(word, {}) + "\"";
  }
  return list.empty() ? "" : "several stand in an array: [" + list + "]";
}

config::Type<http::Method> method() {
  std::vector<std::pair<std::string, http::Method>> words;
  for (std::size_t i = 0; i < http::method_count; ++i) {
    auto value = static_cast<http::Method>(i);
    if (value != http::Method::connect && value != http::Method::trace) words.emplace_back(http::name(value), value);
  }
  return config::advised(config::one_of(std::move(words)), method_advice);
}

const config::Fields<RouteOptions>& route_fields() {
  using namespace std::chrono_literals;
  using config::field;
  static const config::Fields<RouteOptions> fields = {
      field("path", &RouteOptions::paths, config::one_or_more(config::string()))
          .required()
          .doc("Path of the requests that this route serves, or several. `{name}` stands for one segment, "
               "`{name...}` at "
               "the end for all that follow. A slash at the end matters, see `trailing_slash`.")
          .example("[\"/\", \"/{name}\"]"),
      field("method", &RouteOptions::methods, config::one_or_more(method()))
          .otherwise("\"GET\"")
          .doc("Method of the requests, or several. HEAD follows from GET, OPTIONS is answered for every "
               "path.")
          .example("[\"GET\", \"POST\"]"),
      field("host", &RouteOptions::hosts, host_patterns())
          .doc("Name of the host that the request must be for, or several. `*.example.org` is every name below "
               "example.org. "
               "Without it the route serves all hosts. A file may set it for all it declares.")
          .example("[\"example.org\", \"www.example.org\"]"),
      field("params", &RouteOptions::params, parameter_declarations())
          .doc("Types and defaults of path parameters, by name; one that is not declared is a string. A "
               "value of the "
               "wrong type is answered with 422.")
          .example("{ id = \"int\" }"),
      field("query", &RouteOptions::query, parameter_declarations())
          .doc("Query parameters, by name. With `?` behind the type one may be absent; else, without a "
               "default, its "
               "absence is answered with 422.")
          .example("{ q = \"string?\", page = { type = \"int\", default = 1 } }"),
      field("status", &RouteOptions::status, config::integer(200, 599))
          .doc("Status of the response: 200, for `redirect` 308. A route with nothing but a status has an "
               "empty body.")
          .example("201"),
      field("headers", &RouteOptions::headers, header_settings())
          .doc("Header fields of the response, with placeholders; `false` removes one that the server sets "
               "for all.")
          .example("{ Cache-Control = \"no-store\" }"),
      field("access_log", &RouteOptions::access_log, config::boolean())
          .otherwise("true")
          .doc("Whether requests for this route are in the access log.")
          .example("false"),
      field("delay", &RouteOptions::delay, config::duration(0ms, 24h))
          .doc("Time to wait before the response; other requests go on meanwhile.")
          .example("\"2s\""),
      field("body_limit", &RouteOptions::body_limit, config::size({0}, {std::uint64_t{1} << 40}))
          .doc("Largest request body that this route takes; a larger one is answered with 413. Without it "
               "the server's "
               "limit holds.")
          .example("\"64KiB\""),
      field("errors", &RouteOptions::errors, error_body())
          .doc("Form of this route's error bodies. Without it the server's form holds.")
          .example("\"detail\""),
      field("trailing_slash", &RouteOptions::trailing_slash, trailing_slash())
          .doc("What becomes of a path that differs only in the slash at its end: a redirect (307) to the "
               "path of "
               "the route, the same response (ignore), or 404 (strict). Without it the server's setting "
               "holds.")
          .example("\"ignore\""),
  };
  return fields;
}

/// Builds one [[route]].
class RouteBuilder {
 public:
  RouteBuilder(const config::Declaration& declaration, Builder& builder)
      : declaration_(declaration), table_(declaration.table), builder_(builder) {}

  void build() {
    find_actions();
    auto options = read();
    take_broken_declarations("params", options_.params);
    take_broken_declarations("query", options_.query);
    if (options_.paths.empty()) return;
    bool place_known = place_is_known();
    if (options_.hosts.empty()) options_.hosts = declaration_.hosts;

    Endpoint endpoint;
    endpoint.section = "route";
    endpoint.summary = actions_.empty() ? "" : actions_.front()->action;
    endpoint.paths = options_.paths;
    endpoint.hosts = options_.hosts;
    for (auto method : options_.methods) endpoint.methods.add(method.value);
    if (endpoint.methods.empty()) endpoint.methods.add(http::Method::get);
    endpoint.parameters = builder_.parameters_of(options_.paths, options_.params, options_.query);
    endpoint.access_log = options_.access_log;
    endpoint.delay = options_.delay.value_or(std::chrono::milliseconds(0));
    endpoint.body_limit = options_.body_limit;
    endpoint.trailing_slash = options_.trailing_slash;
    if (options_.errors) endpoint.errors = std::make_shared<const ErrorBody>(std::move(*options_.errors));
    endpoint.hooks = builder_.hooks(&hooks_);
    endpoint.where = table_.span;
    auto scope = builder_.scope_of(options_.paths, endpoint.parameters);
    auto headers = builder_.merged_headers(table_.find("headers"));
    endpoint.headers = builder_.compiled(headers, scope);
    for (std::size_t i = 0; i < actions_.size(); ++i)  // of several, too: each may have mistakes of its own
      endpoint.handler = make_handler(*actions_[i], options[i].get(), scope, headers);
    if ((scope.used() & RequestTrait::body) != 0) endpoint.body = BodyUse::whole;
    if (endpoint.handler && endpoint.handler->streams_body()) endpoint.body = BodyUse::streamed;
    if (endpoint.handler && endpoint.handler->lasting()) endpoint.lease = Lease::of(declaration_);
    if (place_known) builder_.add(std::move(endpoint));
  }

 private:
  /// The kinds whose action keys the table has. The key `status` is an action only when it is alone.
  void find_actions() {
    for (const auto& member : table_.members) {
      auto kind = handler_kinds().find(member.key);
      if (kind == handler_kinds().end() || member.key == "status") continue;
      actions_.push_back(&kind->second);
      action_spans_.push_back(member.key_span);
    }
    auto status = handler_kinds().find("status");
    if (actions_.empty() && table_.find("status") && status != handler_kinds().end())
      actions_.push_back(&status->second);
    if (actions_.empty()) find_misspelt_action();
    if (actions_.empty() && !has_unknown_key()) report_missing();
    if (actions_.size() > 1) report_several();
  }

  /// A misspelt action key, which is reported when the table is read, is no missing one.
  void find_misspelt_action() {
    std::vector<std::string_view> names;
    for (const auto& [action, kind] : handler_kinds()) names.push_back(action);
    for (const auto& field : route_fields()) names.push_back(field.name);
    for (const auto& member : table_.members) {
      auto kind = handler_kinds().find(config::nearest(member.key, names));
      bool is_misspelt = kind != handler_kinds().end() && kind->first != member.key;
      if (is_misspelt && actions_.empty()) actions_.push_back(&kind->second);
    }
  }

  /// A key that is reported as unknown may have been meant as the action.
  bool has_unknown_key() const {
    std::vector<std::string_view> names;
    for (const auto& field : route_fields()) names.push_back(field.name);
    return std::ranges::any_of(table_.members, [&](const config::Member& member) {
      return !member.key.starts_with("x-") && config::nearest(member.key, names).empty();
    });
  }

  /// Reads the common keys and those of the kinds that were found; returns the options of each.
  std::vector<std::shared_ptr<void>> read() {
    auto parts = hooks_.parts_with({&route_fields(), &options_});
    std::vector<std::shared_ptr<void>> options;
    for (const auto* kind : actions_) {
      options.push_back(kind->new_options());
      parts.push_back({&kind->fields(), options.back().get()});
    }
    config::read_parts(table_, "[[route]]", parts, builder_.reading());
    return options;
  }

  /// A parameter whose declaration could not be read is declared all the same: nothing that uses it is wrong
  /// for that.
  void take_broken_declarations(std::string_view key, Declarations& declarations) {
    const auto* table = table_.find(key);
    if (!table) return;
    for (const auto& member : table->members) {
      if (std::ranges::find(declarations, member.key, &Declarations::value_type::name) != declarations.end()) {
        continue;
      }
      ParameterDeclaration unknown{.shape = ParameterDeclaration::Shape{.optional = true}, .fallback = {}};
      declarations.push_back({member.key, member.key_span, std::move(unknown), member.value.span});
    }
  }

  /// Whether the table says which requests the route serves. If not, it is compared with no other.
  bool place_is_known() const {
    return declaration_.hosts_known && config::is_read(table_, "path", options_.paths.size()) &&
           config::is_read(table_, "host", options_.hosts.size()) &&
           config::is_read(table_, "method", options_.methods.size());
  }

  std::unique_ptr<Handler> make_handler(const HandlerKind& kind, const void* options, const templates::Scope& scope,
                                        const std::vector<HeaderTemplate>& headers) {
    auto status = options_.status ? static_cast<http::Status>(options_.status->value) : http::Status{0};
    HandlerContext context{table_, scope, status, headers, builder_.reading()};
    return kind.make(context, options);
  }

  void report_missing() {
    auto& error = builder_.reading().diagnostics.error("missing-action", table_.span, "this route does nothing");
    error.label = "needs an action key";
    for (const auto& [action, kind] : handler_kinds()) error.help += (error.help.empty() ? "one of: " : ", ") + action;
  }

  void report_several() {
    auto& error = builder_.reading().diagnostics.error(
        "exclusive-keys", action_spans_[1],
        "`" + actions_[1]->action + "` cannot stand beside `" + actions_[0]->action + "`");
    error.label = "a route has one action";
    error.notes.push_back({action_spans_[0], "the other one"});
  }

  const config::Declaration& declaration_;
  const config::Value& table_;
  Builder& builder_;
  RouteOptions options_;
  HookOptions hooks_{"route"};
  std::vector<const HandlerKind*> actions_;
  std::vector<config::Span> action_spans_;
};

void build_route(const config::Declaration& declaration, Builder& builder) {
  RouteBuilder(declaration, builder).build();
}

const config::SectionEntry route_section("route", true, "A route: requests for a path and how they are answered.",
                                         []() -> const std::vector<config::Field>& { return route_fields(); });
const SectionBuilder route_builder("route", build_route);

}  // namespace
}  // namespace sluice::site
