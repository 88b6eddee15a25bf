#include <algorithm>
#include <ranges>

#include "templates/template.hpp"

namespace sluice::templates {

void Scope::add(std::string name, Placeholder placeholder) {
  names_.emplace_back(std::move(name), std::move(placeholder));
}

void Scope::add_prefix(std::string prefix, Origin origin) { prefixes_.emplace_back(std::move(prefix), origin); }

Scope Scope::request() {
  static const Scope built_in = [] {
    Scope scope;
    scope.add("body", {Origin::body, 0, {}});
    scope.add("method", {Origin::method, 0, {}});
    scope.add("path", {Origin::path_text, 0, {}});
    scope.add("host", {Origin::host, 0, {}});
    scope.add("remote.ip", {Origin::remote_ip, 0, {}});
    scope.add("request.id", {Origin::request_id, 0, {}});
    scope.add("now", {Origin::now, 0, {}});
    scope.add("uuid", {Origin::uuid, 0, {}});
    scope.add_prefix("query.", Origin::raw_query);
    scope.add_prefix("header.", Origin::header);
    scope.add_prefix("cookie.", Origin::cookie);
    scope.add_prefix("env.", Origin::environment);
    return scope;
  }();
  return built_in;
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
  for (const auto& [prefix, origin] : prefixes_) all.push_back(prefix);
  return all;
}

bool Scope::accepts(std::string_view name, Placeholder& found) const {
  if (const auto* known = find(name)) {
    found = *known;
    return true;
  }
  for (const auto& [prefix, origin] : prefixes_) {
    if (name.size() > prefix.size() && name.starts_with(prefix)) {
      found = {origin, 0, std::string(name.substr(prefix.size()))};
      return true;
    }
  }
  return false;
}

}  // namespace sluice::templates
