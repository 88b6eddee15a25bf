#include "config/manual/schema.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/escape.hpp"
#include "config/fields/preamble.hpp"
#include "config/toml/parser.hpp"

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
  std::set<std::string_view> seen;
  std::map<std::string_view, std::vector<std::string>> groups;  // of which exactly one key must stand
  for (const auto* part : parts) {
    for (const auto& field : *part) {
      if (!seen.insert(field.name).second) continue;
      properties += (properties.empty() ? "" : ",") + json_string(field.name) + ":" + key_schema(field);
      if (field.is_required) required += (required.empty() ? "" : ",") + json_string(field.name);
      if (field.group_required) groups[field.exclusive_group].push_back(field.name);
    }
  }
  auto schema = R"({"type":"object","properties":{)" + properties + R"(},"patternProperties":{"^x-":{}})";
  if (!required.empty()) schema += ",\"required\":[" + required + "]";
  for (const auto& [group, keys] : groups) {
    std::string choices;
    for (const auto& key : keys)
      choices += (choices.empty() ? "" : ",") + (R"({"required":[)" + json_string(key) + "]}");
    schema += R"(,"oneOf":[)" + choices + "]";
  }
  return schema + ",\"additionalProperties\":false}";
}

std::string json_schema() {
  using Json = nlohmann::ordered_json;
  Json schema = {{"$schema", "http://json-schema.org/draft-04/schema#"}, {"title", "Sluice configuration"}};
  schema.update(Json::parse(table_schema({&preamble_fields()})));
  for (const auto& [name, section] : Sections::all().by_name()) {
    std::vector<const std::vector<Field>*> parts;
    parts.reserve(section.fields.size());
    for (const auto& fields : section.fields) parts.push_back(&fields());
    auto table = Json::parse(table_schema(parts));
    auto& property = schema["properties"][name];
    property["description"] = section.description;
    if (section.repeated) {
      property["type"] = "array";
      property["items"] = std::move(table);
    } else if (section.named) {
      property["type"] = "object";
      property["additionalProperties"] = std::move(table);
    } else {
      property.update(table);
    }
  }
  return schema.dump(2) + "\n";
}

}  // namespace sluice::config
