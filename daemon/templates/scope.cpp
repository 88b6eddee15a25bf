#include "templates/scope.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>

#include "templates/identity.hpp"

namespace sluice::templates {

void Scope::add(std::string name, Placeholder placeholder) {
  names_.emplace_back(std::move(name), std::move(placeholder));
}

void Scope::add_prefix(std::string prefix, Slot slot) { prefixes_.emplace_back(std::move(prefix), slot); }

void Scope::add_common() {
  constexpr auto now = [](const Values& values, const Placeholder&) {
    return Value::of(rfc3339(std::chrono::system_clock::now(), values.arena()));
  };
  constexpr auto uuid = [](const Values& values, const Placeholder&) { return Value::of(new_uuid(values.arena())); };
  add("now", slot<Values>(now, momentary));
  add("uuid", slot<Values>(uuid, momentary));
  add_prefix("env.", Slot());
}

const Placeholder* Scope::find(std::string_view name) const {
  auto newest_first = std::views::reverse(names_);
  auto found = std::ranges::find(newest_first, name, [](const auto& entry) -> std::string_view { return entry.first; });
  return found == newest_first.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Scope::names() const {
  std::vector<std::string_view> all;
  all.reserve(names_.size() + prefixes_.size());
  for (const auto& [name, placeholder] : names_) all.push_back(name);
  for (const auto& [prefix, slot] : prefixes_) all.push_back(prefix);
  return all;
}

bool Scope::accepts(std::string_view name, Placeholder& found) const {
  if (const auto* known = find(name)) {
    found = *known;
    return true;
  }
  for (const auto& [prefix, slot] : prefixes_) {
    if (name.size() > prefix.size() && name.starts_with(prefix)) {
      found = {slot, 0, std::string(name.substr(prefix.size()))};
      return true;
    }
  }
  return false;
}

void Scope::use(Placeholder& placeholder) const {
  used_ |= placeholder.slot.traits;
  if (change_) change_(placeholder);
}

}  // namespace sluice::templates
