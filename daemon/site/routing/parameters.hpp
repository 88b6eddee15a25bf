#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields/fields.hpp"
#include "http/exchange.hpp"
#include "site/routing/match.hpp"
#include "templates/value.hpp"

namespace sluice::site {

/// The types of declared parameters. Texts are what Python's int(), float() and pydantic's bool take.
enum class ParameterType : std::uint8_t { string, integer, floating, boolean };

/// A declaration as it stands in the file: "int", "string?", or a table with `type` and `default`.
struct ParameterDeclaration {
  struct Shape {
    ParameterType type = ParameterType::string;
    bool optional = false;
  };
  std::optional<Shape> shape;  // absent: that of `fallback`, or text
  std::optional<config::Value> fallback;
};
using Declarations = std::vector<config::Named<ParameterDeclaration>>;

/// The type of `params` and `query` in the config language: names of the user's own with a declaration each.
config::Type<Declarations> parameter_declarations();

/// One declared path or query parameter: `params.id = "int"`, `query.q = "string?"`,
/// `query.page = { type = "int", default = 1 }`.
struct Parameter {
  std::string name;
  ParameterType type = ParameterType::string;
  bool optional = false;     // absent gives null
  bool has_default = false;  // absent gives `fallback`
  templates::Value::Kind fallback_kind = templates::Value::Kind::null;
  std::string fallback;  // in canonical form
  config::Span where;
};

/// What a declaration means. A default that is not of its type is reported.
Parameter make_parameter(const config::Named<ParameterDeclaration>& declaration, config::Diagnostics& diagnostics);

struct Parameters {
  std::vector<Parameter> path;  // in the order of the pattern; index = Placeholder::index
  std::vector<Parameter> query;
};

/// One fault of a request's parameters, in the shape FastAPI clients know.
struct ParameterFault {
  std::string_view in;  // "path" or "query"
  std::string_view name;
  std::string_view message;  // "value is not a valid integer"
  std::string_view type;     // "type_error.integer"
};

/// Reads `text` as `type`; the result is canonical ("007" → 7, "+1" → 1, "yes" → true, "1" as float → 1.0)
/// and lives in `arena` or is `text` itself. Returns false when it is not of the type.
bool convert(std::string_view text, ParameterType type, Arena& arena, templates::Value& out);

/// Converts the declared parameters of a request; the values go into `match`, in the exchange's arena. Absent
/// ones get their default or null. Of a query parameter that is given several times the last counts. Returns
/// all faults, path first, in the order of declaration; none means the request may be handled.
std::vector<ParameterFault> bind_parameters(http::Exchange& exchange, const Parameters& parameters, Match& match);

/// The body of a 422: {"detail":[{"loc":["path","item_id"],"msg":"…","type":"…"}]}.
std::string unprocessable_json(std::span<const ParameterFault> faults);

}  // namespace sluice::site
