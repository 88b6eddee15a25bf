#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "http/exchange.hpp"
#include "site/value.hpp"

namespace sluice::site {

/// The types of declared parameters. Texts are what Python's int(), float() and pydantic's bool take.
enum class ParameterType : std::uint8_t { string, integer, floating, boolean };

/// One declared path or query parameter: `params.id = "int"`, `query.q = "string?"`,
/// `query.page = { type = "int", default = 1 }`.
struct Parameter {
  std::string name;
  ParameterType type = ParameterType::string;
  bool optional = false;       // absent gives null
  bool has_default = false;    // absent gives `fallback`
  Value::Kind fallback_kind = Value::Kind::null;
  std::string fallback;        // in canonical form
  config::Span where;
};

struct Parameters {
  std::vector<Parameter> path;   // in the order of the pattern; index = Placeholder::index
  std::vector<Parameter> query;
};

/// One fault of a request's parameters, in the shape FastAPI clients know.
struct ParameterFault {
  std::string_view in;    // "path" or "query"
  std::string_view name;
  std::string_view message;  // "value is not a valid integer"
  std::string_view type;     // "type_error.integer"
};

/// Reads `text` as `type`; the result is canonical ("007" → 7, "+1" → 1, "yes" → true, "1" as float → 1.0) and lives
/// in `arena` or is `text` itself. Returns false when it is not of the type.
bool convert(std::string_view text, ParameterType type, Arena& arena, Value& out);

/// The body of a 422: {"detail":[{"loc":["path","item_id"],"msg":"…","type":"…"}]}.
std::string unprocessable_json(std::span<const ParameterFault> faults);

}  // namespace sluice::site
