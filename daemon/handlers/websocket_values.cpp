#include "handlers/websocket_values.hpp"

#include <algorithm>
#include <chrono>

#include "site/identity.hpp"

namespace sluice::handlers {
namespace {

/// Whether the value belongs to the moment, not to the request that opened the connection.
bool is_momentary(site::Origin origin) {
  switch (origin) {
    case site::Origin::message:
    case site::Origin::member:
    case site::Origin::now:
    case site::Origin::uuid:
    case site::Origin::detail:
    case site::Origin::status:
    case site::Origin::room_name:
    case site::Origin::room_count: return true;
    default: return false;
  }
}

}  // namespace

void KeptPlaceholders::add(const site::Template& of) {
  for (const auto* placeholder : of.placeholders()) {
    if (!is_momentary(placeholder->origin) && find(*placeholder) == size()) all_.push_back(*placeholder);
  }
}

std::size_t KeptPlaceholders::find(const site::Placeholder& placeholder) const {
  auto same = [&](const auto& kept) {
    return kept.origin == placeholder.origin && kept.index == placeholder.index && kept.name == placeholder.name;
  };
  return static_cast<std::size_t>(std::ranges::find_if(all_, same) - all_.begin());
}

KeptValues::KeptValues(const KeptPlaceholders& placeholders, const site::Values& request) {
  if (placeholders.size() == 0) return;
  auto content = std::make_unique<Content>();
  content->entries.reserve(placeholders.size());
  for (std::size_t i = 0; i < placeholders.size(); ++i) {
    auto value = request.get(placeholders[i]);
    content->text += value.text;
    content->entries.push_back({value.kind, content->text.size()});
  }
  content->text.shrink_to_fit();
  content_ = std::move(content);
}

site::Value KeptValues::get(std::size_t index) const {
  auto begin = index == 0 ? 0 : content_->entries[index - 1].end;
  const auto& entry = content_->entries[index];
  return {entry.kind, std::string_view(content_->text).substr(begin, entry.end - begin)};
}

site::Value WebSocketValues::get(const site::Placeholder& placeholder) const {
  switch (placeholder.origin) {
    case site::Origin::message: return message();
    case site::Origin::member: return member(placeholder.name);
    case site::Origin::now: return site::Value::of(site::rfc3339(std::chrono::system_clock::now(), arena_));
    case site::Origin::uuid: return site::Value::of(site::new_uuid(arena_));
    case site::Origin::detail: return site::Value::of(event_.detail);
    case site::Origin::status: return site::Value::literal_of(event_.close_code);
    case site::Origin::room_name: return site::Value::of(event_.room_name);
    case site::Origin::room_count: return site::Value::literal_of(event_.room_count);
    default: break;
  }
  auto index = placeholders_.find(placeholder);
  return index < placeholders_.size() ? kept_.get(index) : site::Value{};
}

site::Value WebSocketValues::message() const {
  return event_.message_is_value ? site::Value{site::Value::Kind::json, event_.message}
                                 : site::Value::of(event_.message);
}

site::Value WebSocketValues::member(std::string_view name) const {
  auto at = std::ranges::find(event_.member_names, name);
  if (at == event_.member_names.end() || event_.members.empty()) return {};
  return event_.members[static_cast<std::size_t>(at - event_.member_names.begin())];
}

}  // namespace sluice::handlers
