#include "site/routing/parameters.hpp"

#include <cmath>

#include "templates/number.hpp"

namespace sluice::site {
namespace {

using Shape = ParameterDeclaration::Shape;

/// "string", "string?", "int" …, each with what `make` makes of it.
template <class T, class Make>
std::vector<std::pair<std::string, T>> words(Make make) {
  using Word = std::pair<const char*, ParameterType>;
  std::vector<std::pair<std::string, T>> all;
  for (auto [word, type] : {Word{"string", ParameterType::string}, Word{"int", ParameterType::integer},
                            Word{"float", ParameterType::floating}, Word{"bool", ParameterType::boolean}}) {
    all.emplace_back(word, make(Shape{type, false}));
    all.emplace_back(std::string(word) + "?", make(Shape{type, true}));
  }
  return all;
}

const config::Fields<ParameterDeclaration>& declaration_fields() {
  static const config::Fields<ParameterDeclaration> fields = {
      config::field("type", &ParameterDeclaration::shape,
                    config::one_of(words<Shape>([](Shape shape) { return shape; })))
          .doc("Type of the parameter. With `?` it may be absent and is null then. Without it the type is "
               "that of "
               "`default`, or string.")
          .example("\"int\""),
      config::field("default", &ParameterDeclaration::fallback, config::any())
          .doc("Value when the parameter is absent.")
          .example("1"),
  };
  return fields;
}

config::Type<ParameterDeclaration> parameter_declaration() {
  auto word = config::one_of(
      words<ParameterDeclaration>([](Shape shape) { return ParameterDeclaration{.shape = shape, .fallback = {}}; }));
  return config::either({config::Value::Kind::string}, std::move(word), config::table(declaration_fields()));
}

std::string_view name_of(ParameterType type) {
  switch (type) {
    case ParameterType::string: return "string";
    case ParameterType::integer: return "int";
    case ParameterType::floating: return "float";
    case ParameterType::boolean: return "bool";
  }
  return {};
}

ParameterType type_of(const config::Value& value) {
  using Kind = config::Value::Kind;
  switch (value.kind) {
    case Kind::integer: return ParameterType::integer;
    case Kind::floating: return ParameterType::floating;
    case Kind::boolean: return ParameterType::boolean;
    default: return ParameterType::string;
  }
}

bool is_of(const config::Value& value, ParameterType type) {
  using Kind = config::Value::Kind;
  switch (type) {
    case ParameterType::string: return value.is(Kind::string);
    case ParameterType::integer: return value.is(Kind::integer);
    case ParameterType::floating:
      return value.is(Kind::integer) || (value.is(Kind::floating) && std::isfinite(value.floating));
    case ParameterType::boolean: return value.is(Kind::boolean);
  }
  return false;
}

std::string canonical(const config::Value& value, ParameterType type) {
  switch (type) {
    case ParameterType::string: return value.text;
    case ParameterType::integer: return std::to_string(value.integer);
    case ParameterType::boolean: return value.boolean ? "true" : "false";
    case ParameterType::floating:
      return templates::python_repr(value.is(config::Value::Kind::integer) ? static_cast<double>(value.integer)
                                                                           : value.floating);
  }
  return {};
}

void set_default(Parameter& parameter, const config::Value& value, config::Diagnostics& diagnostics) {
  parameter.has_default = true;
  if (!is_of(value, parameter.type)) {
    auto& error = diagnostics.error("wrong-type", value.span,
                                    "the default of `" + parameter.name + "` is " + std::string(value.kind_name()) +
                                        ", but the parameter is of type " + std::string(name_of(parameter.type)));
    error.label = "not of type " + std::string(name_of(parameter.type));
    return;
  }
  parameter.fallback_kind =
      parameter.type == ParameterType::string ? templates::Value::Kind::text : templates::Value::Kind::literal;
  parameter.fallback = canonical(value, parameter.type);
}

}  // namespace

config::Type<Declarations> parameter_declarations() { return config::map_of(parameter_declaration()); }

Parameter make_parameter(const config::Named<ParameterDeclaration>& declaration, config::Diagnostics& diagnostics) {
  const auto& [shape, fallback] = declaration.value;
  Parameter parameter;
  parameter.name = declaration.name;
  parameter.where = declaration.name_span;
  parameter.type = shape ? shape->type : fallback ? type_of(*fallback) : ParameterType::string;
  parameter.optional = shape && shape->optional;
  if (fallback) set_default(parameter, *fallback, diagnostics);
  return parameter;
}

}  // namespace sluice::site
