#include "messaging/websocket_values.hpp"

#include <algorithm>
#include <chrono>

#include "templates/identity.hpp"

namespace sluice::messaging {
namespace {

/// Whether the value belongs to the moment, not to the request that opened the connection.
bool is_momentary(templates::Origin origin) {
  switch (origin) {
    case templates::Origin::message:
    case templates::Origin::member:
    case templates::Origin::now:
    case templates::Origin::uuid:
    case templates::Origin::detail:
    case templates::Origin::status:
    case templates::Origin::room_name:
    case templates::Origin::room_count: return true;
    default: return false;
  }
}

}  // namespace

void KeptPlaceholders::add(const templates::Template& of) {
  for (const auto* placeholder : of.placeholders()) {
    if (!is_momentary(placeholder->origin) && find(*placeholder) == size()) all_.push_back(*placeholder);
  }
}

std::size_t KeptPlaceholders::find(const templates::Placeholder& placeholder) const {
  auto same = [&](const auto& kept) {
    return kept.origin == placeholder.origin && kept.index == placeholder.index && kept.name == placeholder.name;
  };
  return static_cast<std::size_t>(std::ranges::find_if(all_, same) - all_.begin());
}

KeptValues::KeptValues(const KeptPlaceholders& placeholders, const templates::Values& request) {
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

templates::Value KeptValues::get(std::size_t index) const {
  auto begin = index == 0 ? 0 : content_->entries[index - 1].end;
  const auto& entry = content_->entries[index];
  return {entry.kind, std::string_view(content_->text).substr(begin, entry.end - begin)};
}

templates::Value WebSocketValues::get(const templates::Placeholder& placeholder) const {
  switch (placeholder.origin) {
    case templates::Origin::message: return message();
    case templates::Origin::member: return member(placeholder.name);
    case templates::Origin::now:
      return templates::Value::of(templates::rfc3339(std::chrono::system_clock::now(), arena_));
    case templates::Origin::uuid: return templates::Value::of(templates::new_uuid(arena_));
    case templates::Origin::detail: return templates::Value::of(event_.detail);
    case templates::Origin::status: return templates::Value::literal_of(event_.close_code);
    case templates::Origin::room_name: return templates::Value::of(event_.room_name);
    case templates::Origin::room_count: return templates::Value::literal_of(event_.room_count);
    default: break;
  }
  auto index = placeholders_.find(placeholder);
  return index < placeholders_.size() ? kept_.get(index) : templates::Value{};
}

templates::Value WebSocketValues::message() const {
  return event_.message_is_value ? templates::Value{templates::Value::Kind::json, event_.message}
                                 : templates::Value::of(event_.message);
}

templates::Value WebSocketValues::member(std::string_view name) const {
  auto at = std::ranges::find(event_.member_names, name);
  if (at == event_.member_names.end() || event_.members.empty()) return {};
  return event_.members[static_cast<std::size_t>(at - event_.member_names.begin())];
}

}  // namespace sluice::messaging
