#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "site/routing/parameters.hpp"
#include "templates/number.hpp"

namespace sluice::site {
namespace {

/// The words that pydantic reads as a bool, case ignored.
constexpr auto true_words = std::to_array<std::string_view>({"1", "on", "t", "true", "y", "yes"});
constexpr auto false_words = std::to_array<std::string_view>({"0", "off", "f", "false", "n", "no"});

bool is_one_of(std::string_view text, const auto& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return equals_ignoring_case(text, word); });
}

}  // namespace

bool convert(std::string_view text, ParameterType type, Arena& arena, templates::Value& out) {
  switch (type) {
    case ParameterType::string: out = templates::Value::of(text); return true;
    case ParameterType::integer: {
      auto digits = templates::parse_python_integer(text, arena);
      if (digits) out = templates::Value::literal_of(*digits);
      return digits.has_value();
    }
    case ParameterType::floating: {
      auto number = templates::parse_python_float(text, arena);
      if (number) out = templates::Value::literal_of(arena.copy(templates::python_repr(*number)));
      return number.has_value();
    }
    case ParameterType::boolean: {
      bool is_true = is_one_of(text, true_words);
      if (!is_true && !is_one_of(text, false_words)) return false;
      out = templates::Value::literal_of(is_true ? "true" : "false");
      return true;
    }
  }
  return false;
}

}  // namespace sluice::site
