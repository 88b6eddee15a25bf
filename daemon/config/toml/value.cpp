#include "config/toml/value.hpp"

#include <algorithm>

namespace sluice::config {

const Member* Value::find_member(std::string_view key) const {
  auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &*found;
}

const Value* Value::find(std::string_view key) const {
  const auto* member = find_member(key);
  return member ? &member->value : nullptr;
}

bool Value::is_broken() const {
  return unusable || std::ranges::any_of(items, &Value::is_broken) ||
         std::ranges::any_of(members, [](const Member& member) { return member.value.is_broken(); });
}

std::string_view Value::kind_name() const {
  switch (kind) {
    case Kind::none: return "nothing";
    case Kind::string: return "a string";
    case Kind::integer: return "an integer";
    case Kind::floating: return "a number with a fraction";
    case Kind::boolean: return "a boolean";
    case Kind::datetime: return "a date or time";
    case Kind::array: return "an array";
    case Kind::table: return "a table";
  }
  return "a value";
}

}  // namespace sluice::config
