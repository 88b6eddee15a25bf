#include "messaging/websocket_values.hpp"

#include <algorithm>

#include "config/manual/topics.hpp"

namespace sluice::messaging {
namespace {

using templates::Placeholder;
using templates::Scope;
using templates::Slot;
using templates::Value;

/// A slot of what happens now. All others are of the request, and kept.
template <class Read>
constexpr Slot of_event(Read) {
  constexpr auto read = [](const WebSocketValues& of, const Placeholder& wanted) { return Read()(of.event(), wanted); };
  return templates::slot<WebSocketValues>(read, templates::momentary);
}

using Event = const WebSocketEvent&;
using Name = const Placeholder&;

constexpr Slot member = of_event([](Event event, Name wanted) {
  return wanted.index < event.members.size() ? event.members[wanted.index] : Value();
});
constexpr Slot detail = of_event([](Event event, Name) { return Value::of(event.detail); });
constexpr Slot kept = templates::slot<WebSocketValues>(
    [](const WebSocketValues& of, Name wanted) { return of.kept().get(wanted.index); });

/// Where `item` stands in `all`, to which it is added when it is new.
template <class Item>
std::uint32_t index_in(std::vector<Item>& all, const Item& item) {
  auto found = std::ranges::find(all, item);
  if (found == all.end()) found = all.insert(found, item);
  return static_cast<std::uint32_t>(found - all.begin());
}

const config::TopicGroupEntry names_of_message(
    "placeholders", {.position = 20,
                     .title = "In `reply`, `json` and `log.message` of a [[websocket]], besides those of its request",
                     .rows = {{"{message}", "the message of the client"},
                              {"{message.NAME}", "a member of a JSON message; dots lead to members of members"}}});
const config::TopicGroupEntry names_of_room(
    "placeholders",
    {.position = 21,
     .title = "In all texts of a [[websocket]] with `room`, besides those of its request",
     .rows = {{"{room.name}", "the name of the room"}, {"{room.count}", "how many clients are in it"}}});
const config::TopicGroupEntry names_of_bad_message("placeholders",
                                                   {.position = 22,
                                                    .title = "In `on_bad_message` of a [[websocket]], besides these",
                                                    .rows = {{"{detail}", "what is wrong with the message"}}});
const config::TopicGroupEntry names_of_close(
    "placeholders", {.position = 23,
                     .title = "In `log.close` of a [[websocket]], besides those of its request",
                     .rows = {{"{close.code}", "the code of the close (RFC 6455), 1000 for a normal one"},
                              {"{close.reason}", "the reason given with the code"}}});

}  // namespace

KeptValues::KeptValues(std::span<const Placeholder> placeholders, const templates::Values& request) {
  if (placeholders.empty()) return;
  auto content = std::make_unique<Content>();
  content->entries.reserve(placeholders.size());
  for (const auto& placeholder : placeholders) {
    auto value = request.get(placeholder);
    content->text += value.text;
    content->entries.push_back({value.kind, content->text.size()});
  }
  content->text.shrink_to_fit();
  content_ = std::move(content);
}

Value KeptValues::get(std::size_t index) const {
  auto begin = index == 0 ? 0 : content_->entries[index - 1].end;
  const auto& entry = content_->entries[index];
  return {entry.kind, std::string_view(content_->text).substr(begin, entry.end - begin)};
}

Scope kept_scope(Scope request, UsedNames& used) {
  request.on_use([&used](Placeholder& placeholder) {
    if (placeholder.slot == member) placeholder.index = index_in(used.members, placeholder.name);
    if (!placeholder.has(templates::momentary)) placeholder = {kept, index_in(used.kept, placeholder), {}};
  });
  return request;
}

Scope with_message(Scope scope) {
  scope.add("message", of_event([](Event event, Name) {
              return event.message_is_value ? Value{Value::Kind::json, event.message} : Value::of(event.message);
            }));
  scope.add_prefix("message.", member);
  return scope;
}

Scope with_detail(Scope scope) {
  scope.add("detail", detail);
  return scope;
}

Scope with_close(Scope scope) {
  scope.add("close.code", of_event([](Event event, Name) { return Value::literal_of(event.close_code); }));
  scope.add("close.reason", detail);
  return scope;
}

Scope with_room(Scope scope) {
  scope.add("room.name", of_event([](Event event, Name) { return Value::of(event.room_name); }));
  scope.add("room.count", of_event([](Event event, Name) { return Value::literal_of(event.room_count); }));
  return scope;
}

}  // namespace sluice::messaging
