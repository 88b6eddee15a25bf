#include <algorithm>

#include "base/escape.hpp"
#include "http/target/query.hpp"
#include "site/routing/parameters.hpp"

namespace sluice::site {
namespace {

/// The words of pydantic 1, which clients of FastAPI services know.
struct Words {
  std::string_view message, type;
};

Words words_of(ParameterType type) {
  switch (type) {
    case ParameterType::string: return {"str type expected", "type_error.str"};
    case ParameterType::integer: return {"value is not a valid integer", "type_error.integer"};
    case ParameterType::floating: return {"value is not a valid float", "type_error.float"};
    case ParameterType::boolean: return {"value could not be parsed to a boolean", "type_error.bool"};
  }
  return {};
}

constexpr Words missing{"field required", "value_error.missing"};

/// Converts parameters one after the other and keeps what is wrong with them.
class Binding {
 public:
  explicit Binding(Arena& arena) : arena_(arena) {}

  templates::Value bind(const Parameter& parameter, std::string_view in, std::optional<std::string_view> text) {
    templates::Value value;
    if (!text) {
      if (parameter.has_default) return {parameter.fallback_kind, parameter.fallback};
      if (!parameter.optional) fault(parameter, in, missing);
    } else if (!convert(*text, parameter.type, arena_, value)) {
      fault(parameter, in, words_of(parameter.type));
    }
    return value;
  }

  std::vector<ParameterFault> faults;

 private:
  void fault(const Parameter& parameter, std::string_view in, Words words) {
    faults.push_back({in, parameter.name, words.message, words.type});
  }

  Arena& arena_;
};

}  // namespace

std::vector<ParameterFault> bind_parameters(http::Exchange& exchange, const Parameters& parameters, Match& match) {
  Binding binding(exchange.arena);
  if (!parameters.path.empty()) {
    auto values = exchange.arena.array<templates::Value>(parameters.path.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      bool present = i < match.path.size() && match.path[i].present;
      auto text = present ? std::optional(match.path[i].text) : std::nullopt;
      values[i] = binding.bind(parameters.path[i], "path", text);
    }
    match.path_values = values;
  }
  if (!parameters.query.empty()) {
    auto values = exchange.arena.array<templates::Value>(parameters.query.size());
    std::ranges::transform(parameters.query, values.begin(), [&](const Parameter& parameter) {
      auto text = http::last_query_value(exchange.request.query, parameter.name, exchange.arena);
      return binding.bind(parameter, "query", text);
    });
    match.query_values = values;
  }
  return std::move(binding.faults);
}

std::string unprocessable_json(std::span<const ParameterFault> faults) {
  std::string json = R"({"detail":[)";
  for (const auto& fault : faults) {
    if (&fault != faults.data()) json += ',';
    json += R"({"loc":[)";
    append_json_string(json, fault.in);
    json += ',';
    append_json_string(json, fault.name);
    json += R"(],"msg":)";
    append_json_string(json, fault.message);
    json += R"(,"type":)";
    append_json_string(json, fault.type);
    json += '}';
  }
  return json + "]}";
}

}  // namespace sluice::site
