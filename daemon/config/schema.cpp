#include "config/schema.hpp"

#include "base/escape.hpp"
#include "config/toml.hpp"

namespace sluice::config {
namespace {

std::string json_of(const Value& value) {
  switch (value.kind) {
    case Value::Kind::string: return json_string(value.text);
    case Value::Kind::integer: return std::to_string(value.integer);
    case Value::Kind::boolean: return value.boolean ? "true" : "false";
    case Value::Kind::array: {
      std::string items;
      for (const auto& item : value.items) items += (items.empty() ? "" : ",") + json_of(item);
      return "[" + items + "]";
    }
    case Value::Kind::table: {
      std::string members;
      for (const auto& member : value.members) {
        members += (members.empty() ? "" : ",") + json_string(member.key) + ":" + json_of(member.value);
      }
      return "{" + members + "}";
    }
    case Value::Kind::floating:
    case Value::Kind::datetime: return json_string(value.text);
    case Value::Kind::none: break;
  }
  return "null";
}

/// The schema of one key: that of its type, with what is known of the key.
std::string key_schema(const Field& field) {
  auto schema = field.type.schema;
  auto annotations = "\"description\":" + json_string(field.description);
  if (auto value = parse_value(field.default_text); value && !field.default_text.empty()) {
    annotations += ",\"default\":" + json_of(*value);
  }
  bool empty = schema == "{}";
  return "{" + annotations + (empty ? "" : ",") + schema.substr(1);
}

}  // namespace

std::string table_schema(const std::vector<const std::vector<Field>*>& parts) {
  std::string properties, required;
  for (const auto* part : parts) {
    for (const auto& field : *part) {
      properties += (properties.empty() ? "" : ",") + json_string(field.name) + ":" + key_schema(field);
      if (field.is_required) required += (required.empty() ? "" : ",") + json_string(field.name);
    }
  }
  auto schema = R"({"type":"object","properties":{)" + properties + R"(},"patternProperties":{"^x-":{}})";
  if (!required.empty()) schema += ",\"required\":[" + required + "]";
  return schema + ",\"additionalProperties\":false}";
}

}  // namespace sluice::config
